#include "triggers/watch.h"

#include "base/error.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::triggers {
namespace {

Edge become(State& state, bool is_true) {
  if (state.is_true == is_true) return Edge::none;
  state.is_true = is_true;
  return is_true ? Edge::rise : Edge::fall;
}

}  // namespace

Trigger Watch::trigger() const {
  return {.id = id,
          .owner = owner,
          .owner_login = owner_login,
          .settings = settings,
          .notified_at = state.notified_at,
          .is_true = state.is_true};
}

Edge look(Watch& watch, const Reading& reading, const Moment& moment) {
  watch.heard = moment.steady;
  auto& state = watch.state;
  auto condition = watch.settings.condition;
  if (condition == Condition::frozen) return become(state, false);
  if (state.at && reading.at < *state.at) {
    return condition == Condition::live ? become(state, true) : Edge::none;
  }
  bool is_first = !state.at;
  bool differs = !is_first && state.value != reading.value;
  state.at = reading.at;
  state.value = reading.value;
  if (condition == Condition::live) return become(state, true);
  if (condition == Condition::change && is_first) return Edge::first;
  if (condition == Condition::change) return differs ? Edge::rise : Edge::none;
  auto is_true = holds(condition, watch.settings.threshold, reading.value);
  return is_true ? become(state, *is_true) : Edge::none;
}

Edge look_at_silence(Watch& watch, const Moment& moment) {
  if (!watch.needs_silence() || moment.steady < watch.silent_at()) return Edge::none;
  return become(watch.state, watch.settings.condition == Condition::frozen);
}

bool take_notification(Watch& watch, const Moment& moment) {
  bool is_soon = watch.notified && moment.steady - *watch.notified < notification_gap;
  if (is_soon && watch.notified_value == watch.state.value) return false;
  watch.notified = moment.steady;
  watch.notified_value = watch.state.value;
  watch.state.notified_at = moment.now;
  return true;
}

std::string encode(const State& state) {
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object().member("is_true", state.is_true).member("value", state.value);
  if (state.at) json.member("at", to_us(*state.at));
  if (state.notified_at) json.member("notified_at", to_us(*state.notified_at));
  json.end_object();
  return out;
}

State decode_state(std::string_view bytes) {
  auto document = wire::read_json(bytes, 4);
  if (!document) throw Error(Code::corrupt, "the stored state of a trigger is damaged");
  State state;
  for (auto [key, value] : document->root().members()) {
    if (key == "is_true") state.is_true = value.as_bool();
    if (key == "value") state.value = value.text();
    if (key == "at") state.at = from_us(value.as_integer().value_or(0));
    if (key == "notified_at") state.notified_at = from_us(value.as_integer().value_or(0));
  }
  return state;
}

}  // namespace tt::triggers
