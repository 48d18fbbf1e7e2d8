#include "triggers/alarms.h"

#include "base/error.h"
#include "base/log.h"
#include "triggers/record.h"
#include "triggers/rows.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::triggers {
namespace {

using orm::f;
using orm::objects;

constexpr Microseconds trouble_pause = std::chrono::seconds(5);
constexpr std::size_t page_size = 1000;
constexpr std::string_view state_names[] = {"active", "acknowledged", "cleared"};

std::string name_of(AlarmState state) {
  return std::string(state_names[static_cast<std::size_t>(state)]);
}

AlarmState state_from(std::string_view name) {
  for (auto state : {AlarmState::active, AlarmState::acknowledged, AlarmState::cleared}) {
    if (name == state_names[static_cast<std::size_t>(state)]) return state;
  }
  throw Error(Code::corrupt, "an alarm is damaged in the database");
}

std::string encode(const AlarmOrder& order) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("deed", static_cast<int>(order.deed));
  json.member("trigger", order.trigger).member("owner", order.owner).member("feed", order.feed);
  json.member("channel", order.channel).member("severity", static_cast<int>(order.severity));
  json.member("text", order.text).member("value", order.value).member("at", to_us(order.at));
  json.end_object();
  return out;
}

AlarmOrder decode(std::string_view id, std::string_view bytes) {
  auto document = wire::read_json(bytes, 4);
  if (!document) throw Error(Code::corrupt, "a stored order for an alarm is damaged");
  AlarmOrder order;
  order.id = id;
  for (auto [key, value] : document->root().members()) {
    auto number = value.as_integer().value_or(0);
    if (key == "deed") order.deed = static_cast<Deed>(number);
    if (key == "trigger") order.trigger = number;
    if (key == "owner") order.owner = number;
    if (key == "feed") order.feed = number;
    if (key == "channel") order.channel = value.text();
    if (key == "severity") order.severity = static_cast<Severity>(number);
    if (key == "text") order.text = value.text();
    if (key == "value") order.value = value.text();
    if (key == "at") order.at = from_us(number);
  }
  return order;
}

Alarm from_row(const AlarmRow& row) {
  return {.id = *row.id,
          .trigger = *row.trigger,
          .feed = *row.feed,
          .channel = *row.channel,
          .severity = severity_from(*row.severity).value_or(Severity::warning),
          .state = state_from(*row.state),
          .text = *row.text,
          .value = *row.value,
          .raised_at = *row.raised_at,
          .acknowledged_at = *row.acknowledged_at,
          .cleared_at = *row.cleared_at,
          .acknowledged_by = *row.acknowledged_by,
          .cleared_by = *row.cleared_by};
}

auto alarms_of(orm::Session& session, TriggerId trigger) {
  return objects<AlarmRow>(session).filter(f<&AlarmRow::trigger> == trigger);
}

auto open_alarms_of(orm::Session& session, TriggerId trigger) {
  auto cleared = name_of(AlarmState::cleared);
  return alarms_of(session, trigger).exclude(f<&AlarmRow::state> == cleared);
}

// "Raised once while the condition holds."
void raise(orm::Session& session, const AlarmOrder& order, std::size_t kept_max) {
  if (open_alarms_of(session, order.trigger).exists()) return;
  AlarmRow row;
  row.trigger = order.trigger;
  row.owner = order.owner;
  row.feed = order.feed;
  row.channel = order.channel;
  row.severity = std::string(to_text(order.severity));
  row.state = name_of(AlarmState::active);
  row.text = order.text;
  row.value = order.value;
  row.raised_at = order.at;
  objects<AlarmRow>(session).save(row);
  auto cleared = name_of(AlarmState::cleared);
  auto old = alarms_of(session, order.trigger).filter(f<&AlarmRow::state> == cleared);
  auto surplus = old.order_by("-id").offset(kept_max).limit(page_size);
  auto ids = surplus.template values<&AlarmRow::id>();
  if (!ids.empty()) objects<AlarmRow>(session).filter(f<&AlarmRow::id>.in(ids)).erase();
}

void clear_open(orm::Session& session, const AlarmOrder& order) {
  auto cleared = name_of(AlarmState::cleared);
  open_alarms_of(session, order.trigger)
      .update(f<&AlarmRow::state>.set(cleared), f<&AlarmRow::cleared_at>.set(order.at));
}

void carry_out_now(orm::Session& session, const AlarmOrder& order, std::size_t kept_max) {
  if (order.deed == Deed::raise) {
    raise(session, order, kept_max);
    return;
  }
  clear_open(session, order);
  if (order.deed == Deed::forget) {
    alarms_of(session, order.trigger).update(f<&AlarmRow::trigger>.set(0));
  }
}

AlarmPage page_now(orm::Session& session, const AlarmQuery& query) {
  auto alarms = objects<AlarmRow>(session).all();
  if (query.owner) alarms = alarms.filter(f<&AlarmRow::owner> == *query.owner);
  if (query.feed) alarms = alarms.filter(f<&AlarmRow::feed> == *query.feed);
  if (!query.with_cleared) {
    alarms = alarms.exclude(f<&AlarmRow::state> == name_of(AlarmState::cleared));
  }
  AlarmPage page;
  page.total = static_cast<std::size_t>(alarms.count());
  auto active = alarms.filter(f<&AlarmRow::state> == name_of(AlarmState::active));
  page.active = static_cast<std::size_t>(active.count());
  auto limit = std::min(query.limit, page_size);
  for (const auto& row : alarms.order_by("-id").offset(query.offset).limit(limit).rows()) {
    page.alarms.push_back(from_row(row));
  }
  return page;
}

std::optional<AlarmRow> find_now(orm::Session& session, std::int64_t id) {
  return objects<AlarmRow>(session).filter(f<&AlarmRow::id> == id).first();
}

}  // namespace

Alarms::Alarms(Parts parts) : parts_(parts), sleepers_(parts.loop), nap_(sleepers_, parts.clock) {}

void Alarms::add(store::Batch& batch, const AlarmOrder& order) {
  batch.put(alarm_key(order.id), encode(order));
}

void Alarms::carry_out(std::vector<AlarmOrder> orders) {
  if (orders.empty()) return;
  parts_.loop.post([this, orders = std::move(orders)]() mutable {
    std::ranges::move(orders, std::back_inserter(orders_));
    nap_.wake();
  });
}

Task<> Alarms::load() {
  auto range = alarm_range();
  while (true) {
    store::Range rest = range;
    auto entries = co_await parts_.kv.scan(std::move(rest), page_size);
    for (const auto& entry : entries) {
      orders_.push_back(decode(last_part(entry.key), entry.value.bytes));
    }
    if (entries.size() < page_size) co_return;
    range.begin = entries.back().key + '\0';
  }
}

Task<> Alarms::run() {
  while (!is_stopping_) {
    std::string trouble;
    try {
      while (!orders_.empty() && !is_stopping_) co_await carry_out_first();
    } catch (const std::exception& e) {
      trouble = e.what();
    }
    std::optional<Microseconds> next;
    if (!trouble.empty()) {
      log::error("an alarm could not be stored", {{"reason", trouble}});
      next = parts_.clock.steady() + trouble_pause;
    }
    co_await nap_.until(next);
  }
}

Task<> Alarms::carry_out_first() {
  const auto& order = orders_.front();
  auto write = [&](orm::Session& session) {
    carry_out_now(session, order, parts_.limits.alarms_per_trigger_max);
  };
  auto work = [&] { parts_.database.transact(write); };
  co_await rt::offload(parts_.pool, work);
  store::Batch batch;
  batch.erase(alarm_key(order.id));
  co_await parts_.kv.commit(std::move(batch));
  orders_.pop_front();
}

Task<> Alarms::stop() {
  is_stopping_ = true;
  nap_.wake();
  sleepers_.cancel();
  co_await sleepers_.join();
}

Task<AlarmPage> Alarms::page(AlarmQuery query) {
  auto work = [&] { return page_now(parts_.database, query); };
  co_return co_await rt::offload(parts_.pool, work);
}

Task<std::optional<Alarm>> Alarms::find(std::int64_t id) {
  auto work = [&]() -> std::optional<Alarm> {
    auto row = find_now(parts_.database, id);
    if (!row) return std::nullopt;
    return from_row(*row);
  };
  co_return co_await rt::offload(parts_.pool, work);
}

Alarm Alarms::change(std::int64_t id, AlarmState state, const std::string& login) {
  auto now = parts_.clock.now();
  auto write = [&](orm::Session& session) {
    auto row = find_now(session, id);
    if (!row) throw Error(Code::not_found, fmt::format("there is no alarm {}", id));
    if (state_from(*row->state) == AlarmState::cleared) {
      throw Error(Code::conflict, fmt::format("alarm {} is cleared already", id));
    }
    row->state = name_of(state);
    if (state == AlarmState::cleared) {
      row->cleared_at = now;
      row->cleared_by = login;
    } else {
      row->acknowledged_at = now;
      row->acknowledged_by = login;
    }
    objects<AlarmRow>(session).save(*row);
    return from_row(*row);
  };
  return parts_.database.transact(write);
}

Task<Alarm> Alarms::acknowledge(std::int64_t id, std::string login) {
  auto work = [&] { return change(id, AlarmState::acknowledged, login); };
  co_return co_await rt::offload(parts_.pool, work);
}

Task<Alarm> Alarms::clear(std::int64_t id, std::string login) {
  auto work = [&] { return change(id, AlarmState::cleared, login); };
  co_return co_await rt::offload(parts_.pool, work);
}

Task<> Alarms::erase_of_feed(registry::FeedId feed) {
  auto work = [&] {
    objects<AlarmRow>(parts_.database).filter(f<&AlarmRow::feed> == feed).erase();
  };
  co_await rt::offload(parts_.pool, work);
}

}  // namespace tt::triggers
