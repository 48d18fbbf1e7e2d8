#pragma once

// Representation: rows as a serializer shows them, written straight from their cells.
//
//   Representation rows(serializer, context);
//   if (rows.needs_related()) rows.load_related(records);   // one query for each relation
//   rows.write(out, cells);                                 // {"url":"…","name":"…"}

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "orm/record.h"
#include "web/rest/links.h"
#include "web/rest/serializer.h"

namespace tt::web::rest {

// What stands around the rows; all of it outlives the Representation.
struct RepresentationContext {
  Links* links = nullptr;
  LinkStyle style;
  orm::Session* session = nullptr;  // for related rows; may be null if there are none
};

class Representation {
 public:
  // Throws internal if a hyperlink leads nowhere.
  Representation(const SerializerInfo& serializer, const RepresentationContext& context);
  ~Representation();
  Representation(Representation&&) noexcept;

  // Whether a field shows something of other rows than the one that is written.
  bool needs_related() const { return needs_related_; }
  void load_related(std::span<const orm::Record> rows);

  // Appends the object.  `cells` stand in the order of the model's fields.
  void write(std::string& out, std::span<const orm::Value> cells) const;
  // Of an object without a row, with the values of validated attributes.
  void write(std::string& out, const Attributes& attributes) const;

 private:
  struct Entry;

  void write_entry(std::string& out, const Entry& entry, std::span<const orm::Value> cells) const;
  void write_many(std::string& out, const Entry& entry, std::int64_t id) const;
  void load_entry(Entry& entry, std::span<const orm::Record> rows);
  void append_url(std::string& out, const Entry& entry, std::int64_t id) const;

  RepresentationContext context_;
  std::vector<Entry> entries_;
  bool needs_related_ = false;
};

// A single value as the API writes it: quoted text, number, true, null.
void append_value(std::string& out, const Field& field, const orm::Value& value);

}  // namespace tt::web::rest
