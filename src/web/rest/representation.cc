#include "web/rest/representation.h"

#include <charconv>
#include <cmath>
#include <set>

#include "base/bytes.h"
#include "web/rest/json_text.h"
#include "web/template/value.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t ids_per_query = 1000;

using RowsById = std::map<std::int64_t, orm::Record>;

void append_integer(std::string& out, std::int64_t number) {
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

void append_time(std::string& out, Time time) {
  bool is_whole = to_us(time) % 1'000'000 == 0;
  out += '"';
  out += is_whole ? format_time_seconds(time) : format_time(time);
  out += '"';
}

void append_quoted(std::string& out, std::string_view plain) {
  out += '"';
  out += plain;
  out += '"';
}

void append_text(std::string& out, const Field& field, const std::string& text) {
  if (field.type == FieldClass::json) {
    append_compact(out, text.empty() ? "null" : text);
  } else {
    append_json_text(out, text);
  }
}

// The id that a cell holds; nullopt for Null.
std::optional<std::int64_t> id_in(const orm::Value& value) {
  const auto* id = std::get_if<std::int64_t>(&value);
  return id == nullptr ? std::nullopt : std::optional(*id);
}

std::vector<std::int64_t> ids_in(std::span<const orm::Record> rows, const orm::FieldInfo& column) {
  std::set<std::int64_t> ids;
  for (const orm::Record& row : rows) {
    if (auto id = id_in(row.get(column))) ids.insert(*id);
  }
  return {ids.begin(), ids.end()};
}

// Rows whose `column` is one of `values`, ordered by id.
std::vector<orm::Record> rows_with(orm::Session& session, const orm::ModelInfo& model,
                                   std::string_view column, std::span<const std::int64_t> values) {
  std::vector<orm::Record> rows;
  const std::string by_id[] = {"id"};
  for (std::size_t start = 0; start < values.size(); start += ids_per_query) {
    auto part = values.subspan(start, std::min(ids_per_query, values.size() - start));
    orm::Records found(session, model);
    found =
        found.filter_in(std::string(column) + "__in", {part.begin(), part.end()}).order_by(by_id);
    for (orm::Record& row : found.rows()) rows.push_back(std::move(row));
  }
  return rows;
}

RowsById by_id(std::vector<orm::Record> rows) {
  RowsById map;
  for (orm::Record& row : rows) {
    std::int64_t id = row.id();
    map.emplace(id, std::move(row));
  }
  return map;
}

std::vector<orm::Record> copy_of(const RowsById& rows) {
  std::vector<orm::Record> copy;
  for (const auto& [id, row] : rows) copy.push_back(row);
  return copy;
}

}  // namespace

void append_value(std::string& out, const Field& field, const orm::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return append_text(out, field, *text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return append_integer(out, *number);
  if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* real = std::get_if<double>(&value)) {
    out += std::isfinite(*real) ? real_text(*real) : "null";
  } else if (const auto* time = std::get_if<Time>(&value)) {
    append_time(out, *time);
  } else if (const auto* date = std::get_if<Date>(&value)) {
    append_quoted(out, format_date(*date));
  } else if (const auto* decimal = std::get_if<orm::Decimal>(&value)) {
    append_quoted(out, decimal->text());
  } else if (const auto* uuid = std::get_if<Uuid>(&value)) {
    append_quoted(out, uuid->text());
  } else if (const auto* bytes = std::get_if<orm::Bytes>(&value)) {
    append_quoted(out, to_base64(bytes->bytes));
  } else {
    out += "null";
  }
}

// One field with what is known before the rows.
struct Representation::Entry {
  const Field* field = nullptr;
  std::string key;  // "\"name\":"
  std::size_t cell = 0;
  const DetailUrl* url = nullptr;
  std::unique_ptr<Representation> nested;
  std::vector<RowsById> hops;                             // of a path, and of a single relation
  std::map<std::int64_t, std::vector<std::int64_t>> ids;  // of a field that holds many, by row
  RowsById rows;                                          // the rows of those ids

  bool is_related() const {
    bool shows_row = field->type == FieldClass::nested || field->type == FieldClass::related_text;
    return shows_row || !field->path.empty() || field->many == Many::yes;
  }
};

Representation::Representation(const SerializerInfo& serializer,
                               const RepresentationContext& context)
    : context_(context) {
  for (const Field& field : serializer.fields) {
    if (field.write_only) continue;
    Entry& entry = entries_.emplace_back();
    entry.field = &field;
    append_json_text(entry.key, field.name);
    entry.key += ':';
    const orm::FieldInfo* first = field.path.empty() ? field.column : field.path.front();
    if (first != nullptr && serializer.model != nullptr) {
      entry.cell = serializer.model->index_of(*first);
    }
    bool is_link = field.type == FieldClass::identity || field.type == FieldClass::hyperlink;
    if (is_link && context.links != nullptr) entry.url = &context.links->detail(field.view_name);
    if (field.nested != nullptr) {
      entry.nested = std::make_unique<Representation>(*field.nested, context);
    }
    needs_related_ = needs_related_ || entry.is_related();
  }
}

Representation::~Representation() = default;
Representation::Representation(Representation&&) noexcept = default;

void Representation::load_related(std::span<const orm::Record> rows) {
  if (rows.empty() || context_.session == nullptr) return;
  for (Entry& entry : entries_) {
    if (entry.is_related()) load_entry(entry, rows);
  }
}

void Representation::load_entry(Entry& entry, std::span<const orm::Record> rows) {
  const Field& field = *entry.field;
  orm::Session& session = *context_.session;
  std::vector<std::int64_t> own_ids;
  for (const orm::Record& row : rows) own_ids.push_back(row.id());
  if (field.back != nullptr) {
    auto found = rows_with(session, *field.nested->model, field.back->name, own_ids);
    for (const orm::Record& row : found) {
      if (auto id = id_in(row.get(*field.back))) entry.ids[*id].push_back(row.id());
    }
    entry.rows = by_id(std::move(found));
  } else if (field.many == Many::yes) {
    const orm::ModelInfo& through = *field.column->through;
    const orm::FieldInfo& from = through.fields[1];
    const orm::FieldInfo& to = through.fields[2];
    auto links = rows_with(session, through, from.name, own_ids);
    for (const orm::Record& link : links) {
      if (auto id = id_in(link.get(from))) entry.ids[*id].push_back(*id_in(link.get(to)));
    }
    bool shows_rows = field.nested != nullptr || field.type == FieldClass::related_text;
    if (shows_rows) entry.rows = by_id(rows_with(session, *field.target, "id", ids_in(links, to)));
  } else {
    // Over foreign keys, one query a hop.
    std::vector<const orm::FieldInfo*> path = field.path;
    bool shows_row = field.nested != nullptr || field.type == FieldClass::related_text;
    if (shows_row) path.push_back(field.column);
    std::vector<orm::Record> here(rows.begin(), rows.end());
    for (const orm::FieldInfo* hop : path) {
      here = rows_with(session, hop->target(), "id", ids_in(here, *hop));
      entry.hops.push_back(by_id(here));
    }
  }
  if (entry.nested && entry.nested->needs_related()) {
    auto shown = copy_of(entry.hops.empty() ? entry.rows : entry.hops.back());
    entry.nested->load_related(shown);
  }
}

void Representation::append_url(std::string& out, const Entry& entry, std::int64_t id) const {
  if (entry.url == nullptr) {
    out += "null";
    return;
  }
  char digits[24];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, id);
  std::string link;
  append_link(link, *entry.url, context_.style, {digits, end});
  append_json_text(out, link);
}

void Representation::write_many(std::string& out, const Entry& entry, std::int64_t id) const {
  out += '[';
  auto found = entry.ids.find(id);
  bool is_first = true;
  for (std::int64_t other :
       found == entry.ids.end() ? std::vector<std::int64_t>() : found->second) {
    if (!std::exchange(is_first, false)) out += ',';
    auto row = entry.rows.find(other);
    if (entry.nested && row != entry.rows.end()) {
      entry.nested->write(out, row->second.cells());
    } else if (entry.field->type == FieldClass::related_text && row != entry.rows.end()) {
      append_json_text(out, row->second.text());
    } else if (entry.field->type == FieldClass::hyperlink) {
      append_url(out, entry, other);
    } else {
      append_integer(out, other);
    }
  }
  out += ']';
}

void Representation::write_entry(std::string& out, const Entry& entry,
                                 std::span<const orm::Value> cells) const {
  const Field& field = *entry.field;
  if (field.type == FieldClass::method) {
    wire::JsonWriter json(out);
    return field.method(cells, json);
  }
  if (field.type == FieldClass::identity) return append_url(out, entry, *id_in(cells[0]));
  if (field.many == Many::yes) return write_many(out, entry, *id_in(cells[0]));
  if (field.column == nullptr) {
    out += "null";
    return;
  }
  const orm::Value* value = &cells[entry.cell];
  const orm::Record* row = nullptr;
  for (std::size_t hop = 0; hop < entry.hops.size(); ++hop) {
    auto id = id_in(*value);
    auto found = id ? entry.hops[hop].find(*id) : entry.hops[hop].end();
    if (found == entry.hops[hop].end()) {
      out += "null";
      return;
    }
    row = &found->second;
    bool is_last = hop + 1 == entry.hops.size();
    const orm::FieldInfo* next =
        !is_last ? field.path.size() > hop + 1 ? field.path[hop + 1] : field.column
        : field.path.size() == hop + 1 ? field.column
                                       : nullptr;
    if (next != nullptr) value = &row->get(*next);
  }
  if (entry.nested) return row ? entry.nested->write(out, row->cells()) : void(out += "null");
  if (field.type == FieldClass::related_text) {
    return row ? append_json_text(out, row->text()) : void(out += "null");
  }
  auto id = field.type == FieldClass::hyperlink ? id_in(*value) : std::nullopt;
  if (id) return append_url(out, entry, *id);
  append_value(out, field, *value);
}

void Representation::write(std::string& out, std::span<const orm::Value> cells) const {
  char before = '{';
  for (const Entry& entry : entries_) {
    out += before;
    out += entry.key;
    write_entry(out, entry, cells);
    before = ',';
  }
  out += entries_.empty() ? "{}" : "}";
}

void Representation::write(std::string& out, const Attributes& attributes) const {
  char before = '{';
  for (const Entry& entry : entries_) {
    out += before;
    out += entry.key;
    append_value(out, *entry.field, attributes.get(entry.field->source));
    before = ',';
  }
  out += entries_.empty() ? "{}" : "}";
}

}  // namespace tt::web::rest
