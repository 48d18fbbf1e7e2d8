#include "orm/migrations_project.h"

#include <fstream>
#include <sstream>

#include "base/random.h"

namespace tt::orm::contract {

bool ScriptedQuestions::confirm(const std::string& question) {
  asked.push_back(question);
  auto found = answers.find(question);
  return found != answers.end() && std::get<bool>(found->second);
}

std::optional<Value> ScriptedQuestions::value_for_rows(const std::string& question,
                                                       const migrations::FieldState& field) {
  asked.push_back(question);
  auto found = answers.find(field.name);
  return found == answers.end() ? std::nullopt : std::optional(found->second);
}

Project::Project() {
  app_.label = "weather";
  app_.folder = std::filesystem::temp_directory_path() / ("migrations-" + random_token(12));
}

Project::~Project() { std::filesystem::remove_all(app_.folder); }

std::vector<std::string> Project::make(migrations::MakeRequest request) {
  std::ostringstream out;
  std::vector<std::string> names;
  for (auto& made : migrations::make_migrations({&app_, 1}, request, questions, out)) {
    names.push_back(made.key.name);
  }
  said = out.str();
  return names;
}

std::string Project::migrate(Database& database, const std::string& name) {
  std::ostringstream out;
  migrations::MigrateRequest request{.app = app_.label, .name = name};
  done.clear();
  for (auto& key : migrations::migrate(database, {&app_, 1}, request, out)) {
    done.push_back(key.name);
  }
  return said = out.str();
}

void Project::write(const std::string& name, const std::string& text) {
  std::filesystem::create_directories(app_.folder / "migrations");
  std::ofstream(app_.folder / "migrations" / (name + ".json")) << text;
}

}  // namespace tt::orm::contract
