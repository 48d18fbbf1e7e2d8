#include "triggers/record.h"

#include "base/error.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::triggers {
namespace {

constexpr std::string_view state_prefix = "triggers/state/";
constexpr std::string_view delivery_prefix = "triggers/delivery/";
constexpr std::string_view waiting_prefix = "triggers/waiting/";
constexpr std::string_view alarm_prefix = "triggers/alarm/";

std::string digits(TriggerId trigger) { return fmt::format("{:016x}", trigger); }

}  // namespace

const std::string& address_of(const Draft& settings, Kind kind) {
  switch (kind) {
    case Kind::webhook: return settings.url;
    case Kind::mail: return settings.mail;
    case Kind::topic: break;
  }
  return settings.topic;
}

std::string encode(const Record& record) {
  const auto& delivery = record.delivery;
  std::string out;
  wire::JsonWriter json(out);
  json.begin_object();
  json.member("id", delivery.id).member("trigger", delivery.trigger);
  json.member("kind", static_cast<int>(record.kind));
  json.member("fired_at", to_us(delivery.fired_at)).member("destination", delivery.destination);
  json.member("value", delivery.value).member("state", static_cast<int>(delivery.state));
  json.member("attempts", delivery.attempts).member("status", delivery.status);
  json.member("message", delivery.message).member("duration", delivery.duration.count());
  json.member("waited", record.waited.count()).member("is_test", delivery.is_test);
  if (delivery.next_attempt) json.member("next_attempt", to_us(*delivery.next_attempt));
  json.member("sentence", record.sentence).member("document", record.document);
  json.end_object();
  return out;
}

Record decode_record(std::string_view bytes) {
  auto document = wire::read_json(bytes, 4);
  if (!document) throw Error(Code::corrupt, "a stored delivery of a trigger is damaged");
  Record record;
  auto& delivery = record.delivery;
  for (auto [key, value] : document->root().members()) {
    auto number = value.as_integer().value_or(0);
    if (key == "id") delivery.id = value.text();
    if (key == "trigger") delivery.trigger = number;
    if (key == "kind") record.kind = static_cast<Kind>(number);
    if (key == "fired_at") delivery.fired_at = from_us(number);
    if (key == "destination") delivery.destination = value.text();
    if (key == "value") delivery.value = value.text();
    if (key == "state") delivery.state = static_cast<DeliveryState>(number);
    if (key == "attempts") delivery.attempts = static_cast<unsigned>(number);
    if (key == "status") delivery.status = static_cast<int>(number);
    if (key == "message") delivery.message = value.text();
    if (key == "duration") delivery.duration = Microseconds(number);
    if (key == "next_attempt") delivery.next_attempt = from_us(number);
    if (key == "is_test") delivery.is_test = value.as_bool();
    if (key == "waited") record.waited = Microseconds(number);
    if (key == "sentence") record.sentence = value.text();
    if (key == "document") record.document = value.text();
  }
  return record;
}

std::string state_key(TriggerId trigger) { return std::string(state_prefix) + digits(trigger); }
store::Range state_range() { return store::prefix_range(state_prefix); }

std::string delivery_key(TriggerId trigger, std::string_view id) {
  return fmt::format("{}{}/{}", delivery_prefix, digits(trigger), id);
}
store::Range delivery_range(TriggerId trigger) {
  return store::prefix_range(fmt::format("{}{}/", delivery_prefix, digits(trigger)));
}

std::string waiting_key(std::string_view id) { return fmt::format("{}{}", waiting_prefix, id); }
store::Range waiting_range() { return store::prefix_range(waiting_prefix); }

std::string alarm_key(std::string_view id) { return fmt::format("{}{}", alarm_prefix, id); }
store::Range alarm_range() { return store::prefix_range(alarm_prefix); }

std::string_view last_part(std::string_view key) { return key.substr(key.rfind('/') + 1); }

TriggerId trigger_of_state_key(std::string_view key) {
  auto part = last_part(key);
  TriggerId id = 0;
  auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), id, 16);
  return error == std::errc() && end == part.data() + part.size() ? id : 0;
}

}  // namespace tt::triggers
