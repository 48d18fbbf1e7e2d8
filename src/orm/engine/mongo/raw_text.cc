#include "orm/engine/mongo/raw_text.h"

#include <bson/bson.h>
#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "orm/engine/mongo/cell.h"

namespace tt::orm::engine {
namespace {

// A `?` becomes {"?": number}, an object that no command has.
constexpr const char* marker = "?";

// `text` with a marker for each `?` outside of its strings.
std::string with_markers(std::string_view text, std::size_t values) {
  std::string out;
  std::size_t next = 0;
  bool is_in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '?' && !is_in_string) {
      out += fmt::format(R"({{"{}": {}}})", marker, next++);
      continue;
    }
    out += c;
    if (c == '"') is_in_string = !is_in_string;
    if (c == '\\' && is_in_string && i + 1 < text.size()) out += text[++i];
  }
  if (next == values) return out;
  throw Error(Code::invalid,
              fmt::format("a raw query has {} question marks but {} values", next, values));
}

// The value that a marker stands for.
const Value* marked(const bson_iter_t* at, const std::vector<Value>& values) {
  bson_iter_t inner;
  if (!BSON_ITER_HOLDS_DOCUMENT(at) || !bson_iter_recurse(at, &inner)) return nullptr;
  if (!bson_iter_next(&inner) || std::string_view(bson_iter_key(&inner)) != marker) return nullptr;
  if (!BSON_ITER_HOLDS_INT(&inner)) return nullptr;
  auto index = static_cast<std::size_t>(bson_iter_as_int64(&inner));
  return index < values.size() ? &values[index] : nullptr;
}

void append_value(bson_t* out, const char* key, const Value& value) {
  EncodedDocument encoded = encode(Document{{"v", value}});
  bson_iter_t at;
  TT_ASSERT(bson_iter_init_find(&at, encoded.get(), "v"));
  bson_append_iter(out, key, -1, &at);
}

void copy_members(bson_t* out, bson_iter_t* at, const std::vector<Value>& values) {
  while (bson_iter_next(at)) {
    const char* key = bson_iter_key(at);
    bson_iter_t below;
    bson_t inner;
    if (const Value* value = marked(at, values)) {
      append_value(out, key, *value);
    } else if (BSON_ITER_HOLDS_DOCUMENT(at) && bson_iter_recurse(at, &below)) {
      bson_append_document_begin(out, key, -1, &inner);
      copy_members(&inner, &below, values);
      bson_append_document_end(out, &inner);
    } else if (BSON_ITER_HOLDS_ARRAY(at) && bson_iter_recurse(at, &below)) {
      bson_append_array_begin(out, key, -1, &inner);
      copy_members(&inner, &below, values);
      bson_append_array_end(out, &inner);
    } else {
      bson_append_iter(out, key, -1, at);
    }
  }
}

}  // namespace

RawDocument read_raw_text(std::string_view text, const std::vector<Value>& values) {
  std::string marked_text = with_markers(text, values.size());
  bson_error_t error;
  EncodedDocument parsed(
      bson_new_from_json(reinterpret_cast<const std::uint8_t*>(marked_text.data()),
                         static_cast<ssize_t>(marked_text.size()), &error));
  if (!parsed || marked_text.find('{') == std::string::npos) {
    throw Error(Code::invalid, "a raw query of MongoDB is one JSON object, with ? for each value");
  }
  bson_iter_t at;
  TT_ASSERT(bson_iter_init(&at, parsed.get()));
  EncodedDocument out(bson_new());
  copy_members(out.get(), &at, values);
  return {bytes_of(*out)};
}

CommandName name_of(const RawDocument& command) {
  bson_t document;
  bson_iter_t at;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(command.bytes.data());
  bool has_members = bson_init_static(&document, bytes, command.bytes.size()) &&
                     bson_iter_init(&at, &document) && bson_iter_next(&at);
  if (!has_members) throw Error(Code::invalid, "a raw query of MongoDB names a command");
  std::string name = bson_iter_key(&at);
  return {name, find_text(document, name).value_or("")};
}

}  // namespace tt::orm::engine
