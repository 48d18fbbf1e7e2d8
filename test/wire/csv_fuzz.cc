// The first byte chooses the options.  What was read is written and read again.
#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "wire/csv.h"

using namespace tt;
using namespace tt::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  CsvOptions options{.separator = data[0] & 1 ? ',' : ';',
                     .space = data[0] & 2 ? CsvSpace::trim : CsvSpace::keep,
                     .fields_max = 20};
  CsvReader reader(text, options);
  std::vector<std::vector<std::string>> rows;
  std::string written;
  CsvWriter writer(written, CsvLineEnd::lf, options.separator);
  while (true) {
    auto more = reader.next();
    if (!more) {
      TT_ASSERT(more.error().offset <= text.size());
      return 0;
    }
    if (!*more) break;
    TT_ASSERT(!reader.row().empty() && reader.row().size() <= options.fields_max);
    rows.emplace_back(reader.row().begin(), reader.row().end());
    for (auto field : reader.row()) writer.field(field);
    writer.end_row();
  }
  if (written.starts_with("\xEF\xBB\xBF")) return 0;  // would be taken for a byte order mark
  CsvReader again(written, options);
  for (const auto& row : rows) {
    TT_ASSERT(again.next().value());
    TT_ASSERT(std::ranges::equal(again.row(), row));
  }
  TT_ASSERT(!again.next().value());
  return 0;
}
