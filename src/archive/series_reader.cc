#include "archive/series_reader.h"

#include "archive/keys.h"

namespace tt::archive {

Task<SeriesRecord> SeriesReader::record(std::int64_t series) const {
  if (auto record = table_.record(series)) co_return std::move(*record);
  while (true) {
    SeriesTable::Stored stored{.age = table_.age(series), .record = {}};
    stored.record = co_await read(series);
    if (auto record = table_.record(series, &stored)) co_return std::move(*record);
  }
}

Task<SeriesTable::View> SeriesReader::view(std::int64_t series, SeriesTable::Span span) const {
  if (auto view = table_.view(series, span)) co_return std::move(*view);
  while (true) {
    SeriesTable::Stored stored{.age = table_.age(series), .record = {}};
    stored.record = co_await read(series);
    if (auto view = table_.view(series, span, &stored)) co_return std::move(*view);
  }
}

Task<> SeriesReader::load(std::int64_t series) {
  if (table_.is_loaded(series)) co_return;
  auto record = co_await read(series);
  table_.load(series, std::move(record));
}

Task<SeriesRecord> SeriesReader::read(std::int64_t series) const {
  auto key = series_key(series);
  auto value = co_await kv_.find(key);
  if (!value) co_return SeriesRecord();
  auto record = decode_series_record(value->bytes);
  if (!record) {
    throw Error(Code::corrupt, fmt::format("the record of series {} is damaged: {}", series,
                                           record.error().message));
  }
  co_return std::move(*record);
}

}  // namespace tt::archive
