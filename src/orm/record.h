#pragma once

// Records: rows of a model that is known only at run time.  Forms, the admin and REST work with
// them; programs that know their models use queryset.h.
//
//   Records readings(session, model_info<Reading>());
//   auto found = readings.filter("device__serial__startswith", "d");
//   auto page = found.order_by("-id").limit(10).rows();
//   Record made(model_info<Reading>());
//   made.set("name", "st1");
//   save(session, made);
//
// Names come from requests here: every one is looked up in the model and refused with invalid if
// it is not there; none is ever pasted into a statement.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/database.h"
#include "orm/model.h"
#include "orm/query.h"

namespace tt::orm {

class Record {
 public:
  // A new row with the defaults of the model; its id is 0.
  explicit Record(const ModelInfo& model) : model_(&model), cells_(model.defaults()) {}
  Record(const ModelInfo& model, std::vector<Value> cells)
      : model_(&model), cells_(std::move(cells)) {}

  const ModelInfo& model() const { return *model_; }
  std::int64_t id() const;
  std::span<const Value> cells() const { return cells_; }

  const Value& get(const FieldInfo& field) const { return cells_[model_->index_of(field)]; }
  // The model must have the field.
  const Value& get(std::string_view field) const;
  void set(const FieldInfo& field, Value value) {
    cells_[model_->index_of(field)] = std::move(value);
  }
  void set(std::string_view field, Value value);

  // What str() of the model says.
  std::string text() const { return model_->text_of(cells_); }

 private:
  const ModelInfo* model_;
  std::vector<Value> cells_;
};

// A queryset by names.
class Records {
 public:
  Records(Session& session, const ModelInfo& model);
  // Goes on from a queryset: Records(session, Station::objects.filter(…).query()).
  Records(Session& session, Select query) : session_(&session), query_(std::move(query)) {}

  // `key` as in Django: "name", "temp__gte", "device__serial__in".  A text is converted to what the
  // field holds ("12" for an integer).  Throws invalid if there is no such field or lookup, or the
  // value does not fit.
  Records filter(std::string_view key, Value value) const;
  Records filter_in(std::string_view key, std::vector<Value> values) const;
  Records where(Node condition) const;
  // Rows where any of the fields holds every word of `words` somewhere, case ignored.  A field may
  // begin with '^' (starts with) or '=' (equals), and lead over relations.
  Records search(std::span<const std::string> fields, std::string_view words) const;
  // "-name", "device__serial".  Throws invalid.
  Records order_by(std::span<const std::string> keys) const;
  Records limit(std::size_t count) const;
  Records offset(std::size_t count) const;

  std::vector<Record> rows() const;
  std::optional<Record> find(std::int64_t id) const;
  std::optional<Record> first() const;
  std::int64_t count() const;
  bool exists() const;

  const ModelInfo& model() const { return *query_.model; }
  const Select& query() const { return query_; }
  Session& session() const { return *session_; }

 private:
  Session* session_;
  Select query_;
};

// Converts what a person or a program wrote into what the field holds: "12" for an integer,
// "2013-05-05" for a date, "true" for a truth value.  nullopt if it is none.
std::optional<Value> value_from_text(const FieldInfo& field, std::string_view text);

// Stores a new row (id 0: the record gets its id) or all fields of an old one; fills in what
// AutoNow says.  Throws as check() and Session::insert do, not_found if the row is gone.
void save(Session& session, Record& record);

// --- many-to-many ------------------------------------------------------------------------------

// The ids on the other side, in the order they were added.
std::vector<std::int64_t> linked_ids(Session& session, const Record& record,
                                     const FieldInfo& field);
// Makes exactly these the linked ones.
void set_linked_ids(Session& session, const Record& record, const FieldInfo& field,
                    std::span<const std::int64_t> ids);

// --- deleting ----------------------------------------------------------------------------------

// A foreign key of another model that points here: (model, its field).
struct Referrer {
  const ModelInfo* model = nullptr;
  const FieldInfo* field = nullptr;
};
// Among the models that `describe_all` was given.
std::vector<Referrer> referrers(const ModelInfo& model);
// Makes every model of the program known, so that what refers to a row can be found before it is
// deleted.  Called once, when the program starts; models of querysets are known by themselves.
void describe_all(std::span<const ModelInfo* const> models);

// What deleting rows takes along, found before anything is deleted.
struct Deletion {
  struct Branch {
    Record record;
    std::vector<Branch> dependants;
  };
  std::vector<Branch> branches;                     // the rows themselves
  std::vector<Record> protectors;                   // rows whose foreign key forbids it
  std::map<const ModelInfo*, std::int64_t> counts;  // of rows that go, by model
};
// At most `branches_max` records are listed; all are counted.
Deletion plan_deletion(Session& session, const ModelInfo& model, std::span<const std::int64_t> ids,
                       std::size_t branches_max = 1000);
// Deletes the rows with what depends on them, in one transaction; how many of each model.  Throws
// conflict if a row is protected.
std::map<const ModelInfo*, std::int64_t> erase(Session& session, const ModelInfo& model,
                                               std::span<const std::int64_t> ids);

}  // namespace tt::orm
