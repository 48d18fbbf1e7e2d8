#include "orm/migrations/make.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "orm/migrations/detect.h"
#include "orm/migrations/names.h"

namespace tt::orm::migrations {
namespace {

using Operations = std::vector<Operation>;

// So many characters of a name that is put together from several operations.
constexpr std::size_t joined_name_size_max = 52;

std::string suggest_name(const Operations& operations, bool is_first) {
  if (is_first) return "initial";
  std::string name;
  for (const Operation& operation : operations) {
    std::string fragment = name_fragment(operation);
    if (fragment.empty()) continue;
    if (!name.empty() && name.size() + fragment.size() > joined_name_size_max) {
      name += "_and_more";
      break;
    }
    name += (name.empty() ? "" : "_") + fragment;
  }
  return name.empty() ? "custom" : name.substr(0, name_size_max - 20);
}

// The number at the beginning of the name; 0 if there is none.
int number_of(std::string_view name) {
  int number = 0;
  std::from_chars(name.data(), name.data() + std::min<std::size_t>(name.size(), 6), number);
  return number;
}

// What one app gets in this run: one migration, or two of which the second closes a circle.
struct Draft {
  std::vector<Operations> parts;
  std::vector<MigrationKey> keys;  // of the parts
};

class Maker {
 public:
  Maker(const History& history, const MakeRequest& request)
      : history_(history), request_(request) {}

  std::vector<Migration> make(std::map<std::string, Operations> operations) {
    before_ = history_.end();
    for (auto& [app, list] : operations) drafts_[app].parts.push_back(std::move(list));
    for (const std::string& app : apps_in_circles()) cut(drafts_.at(app));
    for (auto& [app, draft] : drafts_) name_parts(app, draft);
    std::vector<Migration> migrations;
    for (const auto& [app, draft] : drafts_) {
      for (std::size_t part = 0; part < draft.parts.size(); ++part) {
        migrations.push_back({draft.keys[part], dependencies(app, part), draft.parts[part]});
      }
    }
    return migrations;
  }

 private:
  // --- circles -----------------------------------------------------------------------------------

  static bool makes(const Operation& operation, std::string_view app, std::string_view key) {
    if (const auto* create = std::get_if<CreateModel>(&operation)) {
      return key_of(app, create->model.name) == key;
    }
    if (const auto* rename = std::get_if<RenameModel>(&operation)) {
      return key_of(app, rename->new_name) == key;
    }
    return false;
  }

  bool is_made_now(std::string_view key) const {
    auto draft = drafts_.find(std::string(app_of(key)));
    if (draft == drafts_.end()) return false;
    for (const Operations& part : draft->second.parts) {
      for (const Operation& operation : part) {
        if (makes(operation, app_of(key), key)) return true;
      }
    }
    return false;
  }

  // Apps whose models of this run it needs.
  std::set<std::string> needed_apps(const std::string& app) const {
    std::set<std::string> needed;
    for (const Operation& operation : drafts_.at(app).parts.front()) {
      for (const std::string& target : targets_of(operation)) {
        if (app_of(target) != app && is_made_now(target)) needed.emplace(app_of(target));
      }
    }
    return needed;
  }

  bool comes_back(const std::string& app) const {
    std::set<std::string> seen;
    std::vector<std::string> open{app};
    while (!open.empty()) {
      std::string at = std::move(open.back());
      open.pop_back();
      for (const std::string& next : needed_apps(at)) {
        if (next == app) return true;
        if (seen.insert(next).second) open.push_back(next);
      }
    }
    return false;
  }

  std::vector<std::string> apps_in_circles() const {
    std::vector<std::string> apps;
    for (const auto& [app, draft] : drafts_) {
      if (comes_back(app)) apps.push_back(app);
    }
    return apps;
  }

  // First the models without their relations to other models of this run, then these.
  void cut(Draft& draft) const {
    Operations first, relations, rest;
    for (Operation& operation : draft.parts.front()) {
      if (auto* create = std::get_if<CreateModel>(&operation)) {
        cut_model(create->model, relations);
        first.push_back(std::move(operation));
      } else if (std::holds_alternative<RenameModel>(operation)) {
        first.push_back(std::move(operation));
      } else {
        rest.push_back(std::move(operation));
      }
    }
    relations.insert(relations.end(), std::make_move_iterator(rest.begin()),
                     std::make_move_iterator(rest.end()));
    draft.parts = {std::move(first)};
    if (!relations.empty()) draft.parts.push_back(std::move(relations));
  }

  void cut_model(ModelState& model, Operations& relations) const {
    std::set<std::string> cut;
    for (const FieldState& field : model.fields) {
      bool is_later = !field.target.empty() && is_made_now(field.target);
      if (!is_later) continue;
      cut.insert(field.name);
      relations.push_back(AddField{model.name, field, std::nullopt});
    }
    auto is_cut = [&](std::string_view name) {
      return cut.contains(std::string(name.starts_with('-') ? name.substr(1) : name));
    };
    auto involves = [&](const auto& names) { return std::ranges::any_of(names, is_cut); };
    std::erase_if(model.fields, [&](const FieldState& field) { return is_cut(field.name); });
    if (std::ranges::any_of(model.unique_together, involves)) {
      relations.push_back(AlterUniqueTogether{model.name, model.unique_together});
      model.unique_together.clear();
    }
    for (const IndexState& index : model.indexes) {
      if (involves(index.fields)) relations.push_back(AddIndex{model.name, index});
    }
    std::erase_if(model.indexes, [&](const IndexState& index) { return involves(index.fields); });
    if (involves(model.ordering)) {
      relations.push_back(AlterModelOptions{model.name, model.ordering});
      model.ordering.clear();
    }
  }

  // --- names and dependencies --------------------------------------------------------------------

  void name_parts(const std::string& app, Draft& draft) const {
    auto leaves = history_.leaves(app);
    int number = leaves.empty() ? 0 : number_of(leaves.front().name);
    for (std::size_t part = 0; part < draft.parts.size(); ++part) {
      bool is_first = leaves.empty() && part == 0;
      std::string name =
          request_.name.empty() ? suggest_name(draft.parts[part], is_first) : request_.name;
      draft.keys.push_back({app, fmt::format("{:04}_{}", ++number, name)});
      require_name(draft.keys.back().name, "the name of a migration");
    }
  }

  std::vector<MigrationKey> dependencies(const std::string& app, std::size_t part) const {
    const Draft& draft = drafts_.at(app);
    std::set<MigrationKey> keys;
    if (part > 0) {
      keys.insert(draft.keys[part - 1]);
    } else {
      for (const MigrationKey& leaf : history_.leaves(app)) keys.insert(leaf);
    }
    for (const Operation& operation : draft.parts[part]) {
      for (const std::string& target : targets_of(operation)) {
        if (app_of(target) != app) depend_on_model(target, keys);
      }
      if (const auto* gone = std::get_if<DeleteModel>(&operation)) {
        depend_on_referrers(key_of(app, gone->model), keys);
      }
      if (const auto* renamed = std::get_if<RenameModel>(&operation)) {
        depend_on_referrers(key_of(app, renamed->model), keys);
      }
    }
    return {keys.begin(), keys.end()};
  }

  void depend_on_model(const std::string& target, std::set<MigrationKey>& keys) const {
    std::string app(app_of(target));
    if (history_.beginning().find(target)) return;  // of an app without migrations
    if (auto draft = drafts_.find(app); draft != drafts_.end()) {
      for (std::size_t part = 0; part < draft->second.parts.size(); ++part) {
        for (const Operation& operation : draft->second.parts[part]) {
          if (!makes(operation, app, target)) continue;
          keys.insert(draft->second.keys[part]);
          return;
        }
      }
    }
    if (!before_.find(target)) {
      throw Error(Code::invalid, fmt::format("{} is in no migration yet: run makemigrations for "
                                             "the app {} as well",
                                             target, app));
    }
    for (const MigrationKey& leaf : history_.leaves(app)) keys.insert(leaf);
  }

  // A model is renamed or goes when all that was said about the old one has been said.
  void depend_on_referrers(const std::string& key, std::set<MigrationKey>& keys) const {
    for (const auto& [other, model] : before_.models()) {
      std::string app(app_of(other));
      if (app == app_of(key)) continue;
      if (std::ranges::count(model.fields, key, &FieldState::target) == 0) continue;
      auto draft = drafts_.find(app);
      bool is_gone = draft != drafts_.end() && lets_go(draft->second, other, key);
      if (is_gone) {
        keys.insert(draft->second.keys.back());
      } else {
        for (const MigrationKey& leaf : history_.leaves(app)) keys.insert(leaf);
      }
    }
  }

  // Whether the draft takes the reference from `model` to `key` away.
  bool lets_go(const Draft& draft, const std::string& model, const std::string& key) const {
    for (const Operations& part : draft.parts) {
      for (const Operation& operation : part) {
        if (const auto* gone = std::get_if<DeleteModel>(&operation)) {
          if (gone->model == model_of(model)) return true;
        }
        if (const auto* removed = std::get_if<RemoveField>(&operation)) {
          const FieldState* field = before_.get(model).find(removed->field);
          if (removed->model == model_of(model) && field && field->target == key) return true;
        }
        if (const auto* altered = std::get_if<AlterField>(&operation)) {
          const FieldState* field = before_.get(model).find(altered->field.name);
          if (altered->model == model_of(model) && field && field->target == key) return true;
        }
      }
    }
    return false;
  }

  const History& history_;
  const MakeRequest& request_;
  State before_;
  std::map<std::string, Draft> drafts_;
};

const App& require_app(std::span<const App> apps, const std::string& label) {
  auto found = std::ranges::find(apps, label, &App::label);
  if (found == apps.end()) {
    throw Error(Code::not_found, fmt::format("there is no app {}", label));
  }
  if (found->folder.empty()) {
    throw Error(Code::invalid,
                fmt::format("the app {} has no folder, so it has no migrations", label));
  }
  return *found;
}

std::set<std::string> labels_of(std::span<const App> apps, const MakeRequest& request) {
  std::set<std::string> labels;
  for (const std::string& label : request.labels) labels.insert(require_app(apps, label).label);
  if (!request.labels.empty()) return labels;
  for (const App& app : apps) {
    if (!app.folder.empty()) labels.insert(app.label);
  }
  return labels;
}

void describe_nothing(const MakeRequest& request, std::ostream& out) {
  if (request.labels.size() == 1) {
    out << fmt::format("No changes detected in app '{}'\n", request.labels.front());
  } else {
    out << "No changes detected\n";
  }
}

}  // namespace

std::vector<Migration> make_migrations(std::span<const App> apps, const MakeRequest& request,
                                       Questions& questions, std::ostream& out) {
  if (!request.name.empty()) require_name(request.name, "the name of a migration");
  History history = History::read(apps);
  history.require_one_leaf();
  auto labels = labels_of(apps, request);
  std::map<std::string, Operations> operations;
  if (request.is_empty) {
    if (request.labels.empty()) {
      throw Error(Code::invalid, "an empty migration needs the label of its app");
    }
    for (const std::string& label : labels) operations[label];
  } else {
    State before = history.end();
    State after = state_of(apps);
    operations = detect({before, after, labels}, questions);
  }
  auto migrations = Maker(history, request).make(std::move(operations));
  if (migrations.empty()) describe_nothing(request, out);
  std::string_view app;
  for (const Migration& migration : migrations) {
    const App& owner = require_app(apps, migration.key.app);
    if (migration.key.app != app) out << fmt::format("Migrations for '{}':\n", owner.label);
    app = migration.key.app;
    if (request.making == Making::write) write_migration(owner, migration);
    out << fmt::format("  {}\n", path_of(owner, migration.key.name).string());
    for (const Operation& operation : migration.operations) {
      out << fmt::format("    - {}\n", describe(operation));
    }
  }
  return migrations;
}

}  // namespace tt::orm::migrations
