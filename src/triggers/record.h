#pragma once

// Records of deliveries, and where they stand in the Kv:
//
//   state     = "triggers/state/" trigger                  -> State
//   delivery  = "triggers/delivery/" trigger "/" id        -> Record, also of what has ended
//   waiting   = "triggers/waiting/" id                     -> trigger: the queue, for a restart
//   alarm     = "triggers/alarm/" id                       -> AlarmOrder, until it is carried out
//
//   trigger   = 16 hexadecimal digits;  id = 24 of them, ascending with time

#include <string>
#include <string_view>

#include "store/kv.h"
#include "triggers/triggers.h"

namespace tt::triggers {

// To which of a trigger's destinations.
enum class Kind { webhook, mail, topic };
inline constexpr Kind kinds[] = {Kind::webhook, Kind::mail, Kind::topic};
// What the trigger says about that destination; empty: it has none.
const std::string& address_of(const Draft& settings, Kind kind);

struct Record {
  Delivery delivery;
  Kind kind = Kind::webhook;
  std::string document;    // JSON
  std::string sentence;    // the same for people, in one line
  Microseconds waited{0};  // pauses between attempts so far
};

std::string encode(const Record& record);
// Throws corrupt.
Record decode_record(std::string_view bytes);

std::string state_key(TriggerId trigger);
store::Range state_range();
std::string delivery_key(TriggerId trigger, std::string_view id);
store::Range delivery_range(TriggerId trigger);
std::string waiting_key(std::string_view id);
store::Range waiting_range();
std::string alarm_key(std::string_view id);
store::Range alarm_range();
// What stands behind the last '/'.
std::string_view last_part(std::string_view key);
// 0 if that is no trigger.
TriggerId trigger_of_state_key(std::string_view key);

}  // namespace tt::triggers
