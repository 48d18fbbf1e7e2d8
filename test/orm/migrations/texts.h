#pragma once

// Migrations and states in tests, as short JSON.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "orm/migrations/file.h"

namespace tt::orm::migrations {

inline Migration migration_of(const std::string& operations, const std::string& app = "weather") {
  return from_text(fmt::format(R"({{"name":"n","dependencies":[],"operations":[{}]}})", operations),
                   {app, "n"});
}

// So that operations that are equal have equal texts.
inline std::string text_of(std::vector<Operation> operations) {
  return to_text(Migration{{"weather", "n"}, {}, std::move(operations)});
}
inline std::string text_of(const std::string& operations) {
  return text_of(migration_of(operations).operations);
}

inline void add_to(State& state, const std::string& operations,
                   const std::string& app = "weather") {
  for (const Operation& operation : migration_of(operations, app).operations) {
    apply(operation, app, state);
  }
}
inline State state_of_text(const std::string& operations) {
  State state;
  add_to(state, operations);
  return state;
}

// A CreateModel whose first field is the id; `fields` are the others, `more` other keys.
inline std::string model(const std::string& name, const std::string& fields = "",
                         const std::string& more = "") {
  return fmt::format(R"({{"operation":"CreateModel","model":"{0}","table":"weather_{0}",)"
                     R"("fields":[{{"name":"id","type":"AutoField"}}{1}{2}]{3}{4}}})",
                     name, fields.empty() ? "" : ",", fields, more.empty() ? "" : ",", more);
}
inline std::string field(const std::string& name, const std::string& type,
                         const std::string& more = "") {
  return fmt::format(R"({{"name":"{}","type":"{}"{}{}}})", name, type, more.empty() ? "" : ",",
                     more);
}
inline std::string foreign_key(const std::string& name, const std::string& to,
                               const std::string& more = "") {
  return field(
      name, "ForeignKey",
      fmt::format(R"("to":"{}","on_delete":"cascade"{}{})", to, more.empty() ? "" : ",", more));
}

}  // namespace tt::orm::migrations
