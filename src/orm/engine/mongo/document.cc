#include "orm/engine/mongo/document.h"

#include <bson/bson.h>
#include <fmt/format.h>

#include "base/error.h"

namespace tt::orm::engine {

Document::Document() = default;
Document::Document(const Document&) = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(const Document&) = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Array::Array() = default;
Array::Array(const Array&) = default;
Array::Array(Array&&) noexcept = default;
Array& Array::operator=(const Array&) = default;
Array& Array::operator=(Array&&) noexcept = default;
Array::~Array() = default;

Document::Document(std::initializer_list<Member> given) : members(given) {}

Document& Document::add(std::string name, Bson value) {
  members.push_back({std::move(name), std::move(value)});
  return *this;
}

Array& Array::add(Bson item) {
  items.push_back(std::move(item));
  return *this;
}

void FreeBson::operator()(bson_t* bson) const { bson_destroy(bson); }

namespace {

int size_of(std::string_view text) { return static_cast<int>(text.size()); }

// Writes one member of `out`; each returns whether it fitted.
class Writer {
 public:
  Writer(bson_t* out, std::string_view name) : out_(out), name_(name) {}

  bool operator()(const Document& document) {
    bson_t inner;
    bool fits = bson_append_document_begin(out_, name_.data(), size_of(name_), &inner);
    for (const Member& member : document.members) {
      fits = fits && std::visit(Writer(&inner, member.name), member.value.held);
    }
    return bson_append_document_end(out_, &inner) && fits;
  }
  bool operator()(const Array& array) {
    bson_t inner;
    bool fits = bson_append_array_begin(out_, name_.data(), size_of(name_), &inner);
    std::size_t index = 0;
    for (const Bson& item : array.items) {
      fits = fits && std::visit(Writer(&inner, std::to_string(index++)), item.held);
    }
    return bson_append_array_end(out_, &inner) && fits;
  }
  bool operator()(const RawDocument& raw) {
    bson_t inner;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(raw.bytes.data());
    return bson_init_static(&inner, bytes, raw.bytes.size()) &&
           bson_append_document(out_, name_.data(), size_of(name_), &inner);
  }
  bool operator()(const Value& value) { return std::visit(*this, value); }

  bool operator()(Null) { return bson_append_null(out_, name_.data(), size_of(name_)); }
  bool operator()(bool value) {
    return bson_append_bool(out_, name_.data(), size_of(name_), value);
  }
  bool operator()(std::int64_t value) {
    return bson_append_int64(out_, name_.data(), size_of(name_), value);
  }
  bool operator()(double value) {
    return bson_append_double(out_, name_.data(), size_of(name_), value);
  }
  bool operator()(const std::string& value) {
    return value.size() <= document_bytes_max &&
           bson_append_utf8(out_, name_.data(), size_of(name_), value.data(), size_of(value));
  }
  bool operator()(const Bytes& value) { return append_binary(BSON_SUBTYPE_BINARY, value.bytes); }
  bool operator()(Time value) { return (*this)(to_us(value)); }
  bool operator()(Date value) {
    auto since_1970 = std::chrono::milliseconds(value.day.time_since_epoch());
    return bson_append_date_time(out_, name_.data(), size_of(name_), since_1970.count());
  }
  bool operator()(Decimal value) {
    bson_decimal128_t decimal;
    bool is_read = bson_decimal128_from_string(value.text().c_str(), &decimal);
    TT_ASSERT(is_read);
    return bson_append_decimal128(out_, name_.data(), size_of(name_), &decimal);
  }
  bool operator()(const Uuid& value) {
    std::string_view bytes(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    return append_binary(BSON_SUBTYPE_UUID, bytes);
  }

 private:
  bool append_binary(bson_subtype_t subtype, std::string_view bytes) {
    return bytes.size() <= document_bytes_max &&
           bson_append_binary(out_, name_.data(), size_of(name_), subtype,
                              reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              static_cast<std::uint32_t>(bytes.size()));
  }

  bson_t* out_;
  std::string name_;
};

}  // namespace

EncodedDocument encode(const Document& document) {
  EncodedDocument encoded(bson_new());
  bool fits = true;
  for (const Member& member : document.members) {
    fits = fits && std::visit(Writer(encoded.get(), member.name), member.value.held);
  }
  if (fits) return encoded;
  throw Error(Code::too_large, fmt::format("a document of MongoDB holds at most {} MiB",
                                           document_bytes_max / (1024 * 1024)));
}

EncodedDocument encode(const RawDocument& document) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(document.bytes.data());
  EncodedDocument encoded(bson_new_from_data(bytes, document.bytes.size()));
  TT_ASSERT(encoded != nullptr);
  return encoded;
}

std::string to_json(const Document& document) {
  std::unique_ptr<char, decltype(&bson_free)> text(
      bson_as_relaxed_extended_json(encode(document).get(), nullptr), bson_free);
  TT_ASSERT(text != nullptr);
  return text.get();
}

}  // namespace tt::orm::engine
