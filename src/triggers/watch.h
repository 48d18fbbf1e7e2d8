#pragma once

// Watch: one trigger at work, what it has seen and what it makes of the next reading.
//
// Nothing here waits or asks a clock: a Watch is told what happens and when.  The wall clock only
// labels; durations are measured on the steady one, so that a clock that is set makes nothing fire.

#include <optional>
#include <string>
#include <string_view>

#include "triggers/condition.h"
#include "triggers/triggers.h"

namespace tt::triggers {

// What must survive a restart.
struct State {
  bool is_true = false;    // a change is a moment: for that condition it stays false
  std::optional<Time> at;  // of the newest reading that was looked at
  std::string value;       // of it
  std::optional<Time> notified_at;
  bool operator==(const State&) const = default;
};

struct Moment {
  Time now;
  Microseconds steady{0};
};

struct Reading {
  Time at;
  std::string_view value;
};

// Two notifications with the same value are at least so far apart.
inline constexpr Microseconds notification_gap = std::chrono::seconds(5);

// first: the value that the next one is compared with; nothing fires, but it has to be stored.
enum class Edge { none, rise, fall, first };

struct Watch {
  TriggerId id = 0;
  identity::AccountId owner = 0;
  std::string owner_login;
  Draft settings;
  State state;
  Microseconds heard{0};  // steady time of the last reading, or of the beginning
  std::optional<Microseconds> notified;
  std::string notified_value;
  std::size_t waiting = 0;  // deliveries

  Trigger trigger() const;
  bool needs_silence() const {
    return settings.condition == Condition::frozen || settings.condition == Condition::live;
  }
  // Steady time at which the channel is frozen if nothing comes.
  Microseconds silent_at() const { return heard + silence_max; }
};

// The condition's edge that `reading` makes.  One that is older than what was seen is not the
// channel's current value and only shows that the channel lives.
Edge look(Watch& watch, const Reading& reading, const Moment& moment);
// The edge that silence makes at `moment`.
Edge look_at_silence(Watch& watch, const Moment& moment);

// After a rise: true, and noted, unless the same was notified a moment ago.
bool take_notification(Watch& watch, const Moment& moment);

// JSON, for the Kv.
std::string encode(const State& state);
// Throws corrupt.
State decode_state(std::string_view bytes);

}  // namespace tt::triggers
