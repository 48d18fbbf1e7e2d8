#include "orm/migrations/detect.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {
namespace {

std::string_view without_sign(std::string_view field) {
  return field.starts_with('-') ? field.substr(1) : field;
}

bool has_member(const std::vector<std::string>& names, std::string_view field) {
  return std::ranges::any_of(names, [&](auto& name) { return without_sign(name) == field; });
}

// Equal but for the names, and what is called after them.
bool is_same_definition(FieldState a, FieldState b) {
  for (FieldState* field : {&a, &b}) {
    if (field->column == column_of(field->name, field->type)) field->column.clear();
    field->name.clear();
    field->between = {};
  }
  return a == b;
}

// The same kind of thing, so that one can be altered into the other.
bool can_alter(const FieldState& before, const FieldState& after) {
  if (before.has_column() != after.has_column()) return false;
  return before.has_column() || before.target == after.target;
}

class Detector {
 public:
  Detector(const Detection& detection, Questions& questions)
      : before_(detection.before),
        after_(detection.after),
        labels_(detection.labels),
        questions_(questions) {}

  std::map<std::string, std::vector<Operation>> detect() {
    rename_models();
    rename_fields();
    for_kept(
        [&](const auto& app, const auto& old, const auto& now) { remove_indexes(app, old, now); });
    for_kept(
        [&](const auto& app, const auto& old, const auto& now) { remove_fields(app, old, now); });
    for_kept(
        [&](const auto& app, const auto& old, const auto& now) { alter_table(app, old, now); });
    create_models();
    for_kept(
        [&](const auto& app, const auto& old, const auto& now) { change_fields(app, old, now); });
    for_kept(
        [&](const auto& app, const auto& old, const auto& now) { add_indexes(app, old, now); });
    delete_models();
    return std::move(operations_);
  }

 private:
  // Applied to the old state at once, so that what is left to find is what it does not do.
  void add(const std::string& app, Operation operation) {
    apply(operation, app, before_);
    operations_[app].push_back(std::move(operation));
  }

  bool is_meant(std::string_view key) const { return labels_.contains(std::string(app_of(key))); }

  std::vector<std::string> keys_only_in(const State& state, const State& other) const {
    std::vector<std::string> keys;
    for (const auto& [key, model] : state.models()) {
      if (is_meant(key) && !other.find(key)) keys.push_back(key);
    }
    return keys;
  }

  // For each model that is in both states, with copies of it.
  template <class Work>
  void for_kept(Work work) {
    for (const auto& [key, now] : after_.models()) {
      if (!is_meant(key)) continue;
      if (const ModelState* old = before_.find(key)) {
        work(std::string(app_of(key)), ModelState(*old), now);
      }
    }
  }

  // --- renames -----------------------------------------------------------------------------------

  void rename_models() {
    for (const std::string& key : keys_only_in(after_, before_)) {
      for (const std::string& old_key : keys_only_in(before_, after_)) {
        if (app_of(key) != app_of(old_key) || !is_renamed(old_key, key)) continue;
        const ModelState& model = after_.get(key);
        add(std::string(app_of(key)),
            RenameModel{std::string(model_of(old_key)), model.name, model.table});
        break;
      }
    }
  }

  bool is_renamed(const std::string& old_key, const std::string& key) {
    const ModelState& old = before_.get(old_key);
    const ModelState& now = after_.get(key);
    if (old.fields.size() != now.fields.size()) return false;
    for (FieldState field : old.fields) {
      const FieldState* same = now.find(field.name);
      if (field.target == old_key) field.target = key;
      if (!same || !is_same_definition(field, *same)) return false;
    }
    return questions_.confirm(fmt::format("Did you rename the {}.{} model to {}? [y/N]",
                                          app_of(key), old.name, now.name));
  }

  void rename_fields() {
    for_kept([&](const auto& app, const auto& old, const auto& now) {
      for (const FieldState& field : now.fields) {
        if (old.find(field.name)) continue;
        for (const FieldState& candidate : old.fields) {
          bool is_free =
              !now.find(candidate.name) && before_.get(key_of(app, now.name)).find(candidate.name);
          if (!is_free || !is_same_definition(candidate, field)) continue;
          std::string model = to_lower(now.name);
          if (!questions_.confirm(fmt::format("Did you rename {}.{} to {}.{} (a {})? [y/N]", model,
                                              candidate.name, model, field.name,
                                              name_of(field.type)))) {
            continue;
          }
          add(app, RenameField{now.name, candidate.name, field.name});
          break;
        }
      }
    });
  }

  // --- what goes ---------------------------------------------------------------------------------

  void remove_indexes(const std::string& app, const ModelState& old, const ModelState& now) {
    for (const IndexState& index : old.indexes) {
      if (std::ranges::count(now.indexes, index) == 0) {
        add(app, RemoveIndex{now.name, index.name});
      }
    }
    // Groups that lose a field must be gone before it.
    Groups kept;
    bool loses_field = false;
    for (const auto& group : old.unique_together) {
      bool is_whole = std::ranges::all_of(group, [&](const std::string& name) {
        const FieldState* field = now.find(name);
        return field && can_alter(*old.find(name), *field);
      });
      loses_field = loses_field || !is_whole;
      if (is_whole && std::ranges::count(now.unique_together, group) > 0) kept.push_back(group);
    }
    if (loses_field) add(app, AlterUniqueTogether{now.name, kept});
  }

  void remove_fields(const std::string& app, const ModelState& old, const ModelState& now) {
    for (const FieldState& field : old.fields) {
      const FieldState* same = now.find(field.name);
      if (!same || !can_alter(field, *same)) add(app, RemoveField{now.name, field.name});
    }
  }

  void delete_models() {
    auto keys = keys_only_in(before_, after_);
    // What refers to others goes first; a circle is cut open.
    while (!keys.empty()) {
      auto is_free = [&](const std::string& key) {
        for (const auto& [other, model] : before_.models()) {
          if (other == key) continue;
          if (std::ranges::count(model.fields, key, &FieldState::target) > 0) return false;
        }
        return true;
      };
      auto free = std::ranges::find_if(keys, is_free);
      if (free == keys.end()) {
        if (!cut_open(keys)) refuse_deletion(keys.front());
        continue;
      }
      add(std::string(app_of(*free)), DeleteModel{std::string(model_of(*free))});
      keys.erase(free);
    }
  }

  bool cut_open(const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      const ModelState& model = before_.get(key);
      for (const FieldState& field : model.fields) {
        if (field.target == key || std::ranges::count(keys, field.target) == 0) continue;
        std::string app(app_of(key));
        if (!model.unique_together.empty()) add(app, AlterUniqueTogether{model.name, {}});
        while (!before_.get(key).indexes.empty()) {
          add(app, RemoveIndex{model.name, before_.get(key).indexes.front().name});
        }
        add(app, RemoveField{model.name, std::string(field.name)});
        return true;
      }
    }
    return false;
  }

  [[noreturn]] void refuse_deletion(const std::string& key) const {
    throw Error(Code::invalid, fmt::format("the model {} is gone, but another app refers to it: "
                                           "make the migrations of both together",
                                           key));
  }

  // --- what comes --------------------------------------------------------------------------------

  // A model comes after those it refers to.  In a circle, a field that refers to a model that is
  // still to come is added behind it.
  void create_models() {
    auto keys = keys_only_in(after_, before_);
    std::vector<std::pair<std::string, FieldState>> postponed;
    while (!keys.empty()) {
      auto next = std::ranges::find_if(keys, [&](auto& key) { return missing(key).empty(); });
      if (next == keys.end()) next = keys.begin();
      create_model(*next, postponed);
      keys.erase(next);
    }
    for (auto& [key, field] : postponed) {
      add(std::string(app_of(key)), AddField{std::string(model_of(key)), field, std::nullopt});
    }
    // Their groups and indexes follow in add_indexes().
  }

  // The fields of a new model whose target is still to come.  Those of other apps are a matter of
  // dependencies between migrations.
  std::vector<std::string> missing(const std::string& key) const {
    std::vector<std::string> fields;
    for (const FieldState& field : after_.get(key).fields) {
      bool is_there = field.target.empty() || field.target == key ||
                      app_of(field.target) != app_of(key) ||
                      (before_.find(field.target) && !borrowed_.contains(field.target));
      if (!is_there) fields.push_back(field.name);
    }
    return fields;
  }

  void create_model(const std::string& key,
                    std::vector<std::pair<std::string, FieldState>>& postponed) {
    ModelState model = after_.get(key);
    auto late = missing(key);
    auto involves_late = [&](const std::vector<std::string>& names) {
      return std::ranges::any_of(late, [&](auto& field) { return has_member(names, field); });
    };
    for (const std::string& name : late) {
      postponed.emplace_back(key, *model.find(name));
      std::erase_if(model.fields, [&](const FieldState& field) { return field.name == name; });
    }
    std::erase_if(model.unique_together, involves_late);
    std::erase_if(model.indexes, [&](auto& index) { return involves_late(index.fields); });
    if (involves_late(model.ordering)) model.ordering.clear();
    // A target in another app may come later in this run.
    for (const FieldState& field : model.fields) {
      if (!field.target.empty() && field.target != key && !before_.find(field.target)) {
        before_.add(field.target, after_.get(field.target));
        borrowed_.insert(field.target);
      }
    }
    if (borrowed_.erase(key) > 0) before_.remove(key);
    add(std::string(app_of(key)), CreateModel{std::move(model)});
  }

  void change_fields(const std::string& app, const ModelState& old, const ModelState& now) {
    for (const FieldState& field : now.fields) {
      const FieldState* before = old.find(field.name);
      if (!before) {
        add(app, AddField{now.name, field, rows_of_new(now, field)});
      } else if (!(*before == field)) {
        alter_field(app, now, *before, field);
      }
    }
  }

  std::optional<Value> rows_of_new(const ModelState& model, const FieldState& field) {
    if (field.is_null || field.initial || !field.has_column()) return std::nullopt;
    if (field.for_old_rows) return field.for_old_rows;
    auto question = fmt::format(
        "{}.{} is new and may not be null, but has no default: rows that "
        "exist need a value.",
        to_lower(model.name), field.name);
    auto value = questions_.value_for_rows(question, field);
    if (value) return value;
    throw Error(Code::invalid,
                fmt::format("{}.{} is new and may not be null: give it a default or models::null, "
                            "or run makemigrations at a terminal and answer its question",
                            model.name, field.name));
  }

  void alter_field(const std::string& app, const ModelState& model, const FieldState& before,
                   const FieldState& after) {
    if (!can_become(before, after)) {
      throw Error(Code::unsupported,
                  fmt::format("{0}.{1}: a {2} cannot become a {3} with what it holds; give the new "
                              "field another name, so that {1} is removed and the other one added",
                              model.name, after.name, name_of(before.type), name_of(after.type)));
    }
    std::optional<Value> rows_get;
    if (before.is_null && !after.is_null && !after.initial) {
      rows_get = after.for_old_rows;
      if (!rows_get) {
        rows_get = questions_.value_for_rows(
            fmt::format("{}.{} may no longer be null, and has no default: rows without a value "
                        "need one, or the migration will fail.",
                        to_lower(model.name), after.name),
            after);
      }
    }
    add(app, AlterField{model.name, after, std::move(rows_get)});
  }

  void alter_table(const std::string& app, const ModelState& old, const ModelState& now) {
    if (old.table != now.table) add(app, AlterModelTable{now.name, now.table});
  }

  void add_indexes(const std::string& app, const ModelState& old, const ModelState& now) {
    if (old.unique_together != now.unique_together) {
      add(app, AlterUniqueTogether{now.name, now.unique_together});
    }
    for (const IndexState& index : now.indexes) {
      if (std::ranges::count(old.indexes, index) == 0) add(app, AddIndex{now.name, index});
    }
    if (old.ordering != now.ordering) add(app, AlterModelOptions{now.name, now.ordering});
  }

  State before_;
  const State& after_;
  const std::set<std::string>& labels_;
  Questions& questions_;
  std::set<std::string> borrowed_;  // models of before_ that are still to be created
  std::map<std::string, std::vector<Operation>> operations_;
};

}  // namespace

std::map<std::string, std::vector<Operation>> detect(const Detection& detection,
                                                     Questions& questions) {
  return Detector(detection, questions).detect();
}

std::set<std::string> targets_of(const Operation& operation) {
  std::set<std::string> targets;
  auto add = [&](const FieldState& field) {
    if (!field.target.empty()) targets.insert(field.target);
  };
  if (const auto* create = std::get_if<CreateModel>(&operation)) {
    for (const FieldState& field : create->model.fields) add(field);
  }
  if (const auto* added = std::get_if<AddField>(&operation)) add(added->field);
  if (const auto* altered = std::get_if<AlterField>(&operation)) add(altered->field);
  return targets;
}

}  // namespace tt::orm::migrations
