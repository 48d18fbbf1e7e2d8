#pragma once

// What tests of migrations need: an app with a folder, and somebody who answers.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "orm/migrations/make.h"
#include "orm/migrations/run.h"

namespace tt::orm::contract {

// Answers what it was told to; no, and nothing, to all else.
class ScriptedQuestions final : public migrations::Questions {
 public:
  std::map<std::string, Value> answers;  // by question, true; or by the name of the field
  std::vector<std::string> asked;

  bool confirm(const std::string& question) override;
  std::optional<Value> value_for_rows(const std::string& question,
                                      const migrations::FieldState& field) override;
};

// An app whose migrations are in a folder that is gone after the test.
class Project {
 public:
  Project();
  ~Project();
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  // The models that the program has from now on.
  void set_models(std::vector<const ModelInfo*> models) { app_.models = std::move(models); }
  const App& app() const { return app_; }
  std::filesystem::path folder() const { return app_.folder; }

  // The names of the migrations that were made.
  std::vector<std::string> make(migrations::MakeRequest request = {});
  // What migrate() said; the names of what it applied or took back are in `done`.
  std::string migrate(Database& database, const std::string& name = "");
  void write(const std::string& name, const std::string& text);

  ScriptedQuestions questions;
  std::vector<std::string> done;
  std::string said;

 private:
  App app_;
};

}  // namespace tt::orm::contract
