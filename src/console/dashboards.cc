#include "console/dashboards.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "base/text.h"
#include "console/rows.h"
#include "wire/header_value.h"

namespace tt::console {
namespace {

using orm::f;
using orm::objects;

constexpr std::size_t name_characters_max = 100;  // of the column
constexpr std::size_t token_characters = 32;

Dashboard from_row(const DashboardRow& row) {
  return {.id = *row.id,
          .owner = *row.owner,
          .name = *row.name,
          .layout = *row.layout,
          .version = *row.version,
          .created = *row.created,
          .updated = *row.updated,
          .share_token = *row.share_token};
}

DashboardRow row_of(orm::Session& session, identity::AccountId owner, DashboardId id) {
  auto wanted = objects<DashboardRow>(session).filter(f<&DashboardRow::id> == id,
                                                      f<&DashboardRow::owner> == owner);
  auto row = wanted.first();
  if (!row) throw Error(Code::not_found, "You have no such dashboard.");
  return std::move(*row);
}

std::string checked_name(std::string_view name) {
  auto trimmed = wire::trim(name);
  if (trimmed.empty()) throw Error(Code::unprocessable, "name can't be blank");
  if (count_characters(trimmed) > name_characters_max) {
    throw Error(Code::unprocessable,
                fmt::format("name is too long (maximum is {} characters)", name_characters_max));
  }
  return std::string(trimmed);
}

// As many whole characters as fit.
std::string_view cut(std::string_view text, std::size_t characters_max) {
  while (count_characters(text) > characters_max) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string name_of_copy(std::string_view name) {
  constexpr std::string_view ending = " (copy)";
  auto copy = fmt::format("{}{}", name, ending);
  if (count_characters(copy) <= name_characters_max) return copy;
  return fmt::format("{}{}", cut(name, name_characters_max - ending.size()), ending);
}

Task<std::vector<Dashboard>> Dashboards::list(identity::AccountId owner) {
  auto work = [&] {
    return database_.transact([&](orm::Session& session) {
      auto mine = objects<DashboardRow>(session).filter(f<&DashboardRow::owner> == owner);
      std::vector<Dashboard> found;
      for (const auto& row : mine.order_by("name", "id").rows()) found.push_back(from_row(row));
      return found;
    });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<Dashboard> Dashboards::find(identity::AccountId owner, DashboardId id) {
  auto work = [&] {
    return database_.transact(
        [&](orm::Session& session) { return from_row(row_of(session, owner, id)); });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<Dashboard> Dashboards::create(identity::AccountId owner, std::string name,
                                   std::string layout) {
  DashboardRow row;
  row.owner = owner;
  row.name = checked_name(name);
  row.layout = std::move(layout);
  row.version = 1;
  row.created = row.updated = clock_.now();
  auto work = [&] {
    return database_.transact([&](orm::Session& session) {
      auto rows = objects<DashboardRow>(session);
      auto count = rows.filter(f<&DashboardRow::owner> == owner).count();
      if (std::cmp_greater_equal(count, limits_.dashboards_per_account_max)) {
        throw Error(Code::exhausted, "You have as many dashboards as you may; delete one first.");
      }
      return from_row(rows.create(row));
    });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<Dashboard> Dashboards::update(identity::AccountId owner, DashboardId id,
                                   DashboardChange change) {
  if (change.name) change.name = checked_name(*change.name);
  auto work = [&] {
    return database_.transact([&](orm::Session& session) {
      auto row = row_of(session, owner, id);
      if (change.version && *change.version != *row.version) {
        throw Error(Code::conflict, "The dashboard was changed elsewhere since you opened it.");
      }
      if (change.name) row.name = *change.name;
      if (change.layout) row.layout = *change.layout;
      row.version = *row.version + 1;
      row.updated = clock_.now();
      objects<DashboardRow>(session).save(row);
      return from_row(row);
    });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<Dashboard> Dashboards::remove(identity::AccountId owner, DashboardId id) {
  auto work = [&] {
    return database_.transact([&](orm::Session& session) {
      auto row = row_of(session, owner, id);
      objects<DashboardRow>(session).filter(f<&DashboardRow::id> == id).erase();
      return from_row(row);
    });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<Dashboard> Dashboards::share(identity::AccountId owner, DashboardId id, Sharing sharing) {
  auto work = [&] {
    return database_.transact([&](orm::Session& session) {
      auto row = row_of(session, owner, id);
      if (sharing == Sharing::off) {
        row.share_token = "";
      } else if (row.share_token->empty()) {
        row.share_token = random_token(token_characters);
      }
      objects<DashboardRow>(session).save(row);
      return from_row(row);
    });
  };
  co_return co_await rt::offload(pool_, work);
}

Task<std::optional<Dashboard>> Dashboards::find_shared(std::string token) {
  std::optional<Dashboard> found;
  if (token.size() != token_characters) co_return found;
  auto work = [&] {
    database_.transact([&](orm::Session& session) {
      auto wanted = objects<DashboardRow>(session).filter(f<&DashboardRow::share_token> == token);
      if (auto row = wanted.first()) found = from_row(*row);
    });
  };
  co_await rt::offload(pool_, work);
  co_return found;
}

}  // namespace tt::console
