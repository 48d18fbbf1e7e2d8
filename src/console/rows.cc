#include "console/rows.h"

#include "base/random.h"

namespace tt::console {

using orm::f;
using orm::objects;

void migrate(orm::Database& database) {
  orm::Schema schema{.name = "console",
                     .models = orm::models_of<JournalRow, SettingRow, DashboardRow>()};
  orm::migrate(database, schema);
}

std::string secret_key(orm::Database& database) {
  constexpr std::string_view name = "secret_key";
  constexpr std::size_t characters = 64;
  return database.transact([&](orm::Session& session) {
    auto settings = objects<SettingRow>(session);
    if (auto row = settings.filter(f<&SettingRow::name> == name).first()) return *row->value;
    SettingRow made;
    made.name = std::string(name);
    made.value = random_token(characters);
    return *settings.create(std::move(made)).value;
  });
}

}  // namespace tt::console
