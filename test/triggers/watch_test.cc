#include "triggers/watch.h"

#include <doctest/doctest.h>

namespace tt::triggers {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// A watch and the time around it.
struct Play {
  Watch watch;
  Moment moment{*parse_time("2026-01-02T03:04:05Z"), Microseconds(1'000'000)};

  explicit Play(Condition condition, std::string threshold = {}) {
    watch.id = 1;
    watch.settings.condition = condition;
    watch.settings.threshold = std::move(threshold);
    watch.heard = moment.steady;
  }
  void pass(Microseconds by) {
    moment.now += by;
    moment.steady += by;
  }
  // 'r'ise, 'f'all or '-' for each value, one a second.
  std::string edges(const std::vector<std::string_view>& values) {
    std::string found;
    for (auto value : values) {
      pass(seconds(1));
      found += letter(look(watch, {moment.now, value}, moment));
    }
    return found;
  }
  char silence() { return letter(look_at_silence(watch, moment)); }

 private:
  static char letter(Edge edge) {
    return edge == Edge::rise ? 'r' : edge == Edge::fall ? 'f' : '-';
  }
};

}  // namespace

TEST_CASE("a condition fires when it becomes true, and again only after it was false") {
  CHECK(Play(Condition::gt, "30").edges({"29", "31", "32", "31", "30", "31"}) == "-r--fr");
  CHECK(Play(Condition::gte, "30").edges({"30", "30", "29.99", "30"}) == "r-fr");
  CHECK(Play(Condition::lt, "0").edges({"-1", "-2", "0", "-0.5"}) == "r-fr");
  CHECK(Play(Condition::lte, "0").edges({"1", "0", "-1", "1"}) == "-r-f");
  CHECK(Play(Condition::eq, "1").edges({"1", "1.0", "2", "1e0"}) == "r-fr");
  CHECK(Play(Condition::eq, "open").edges({"shut", "open", "open", "shut"}) == "-r-f");
}

TEST_CASE("a value that is no number changes nothing") {
  CHECK(Play(Condition::gt, "30").edges({"31", "error", "32", "29", "nan", "31"}) == "r--f-r");
}

TEST_CASE("change fires for every value that differs from the one before") {
  CHECK(Play(Condition::change).edges({"a", "a", "b", "a", "a", "", "a"}) == "--rr-rr");
}

TEST_CASE("a reading that is older than what was seen is not the current value") {
  Play play(Condition::gt, "30");
  CHECK(play.edges({"20"}) == "-");
  Reading old{play.moment.now - seconds(10), "99"};
  CHECK(look(play.watch, old, play.moment) == Edge::none);
  Reading same_time{play.moment.now, "31"};
  CHECK(look(play.watch, same_time, play.moment) == Edge::rise);
  CHECK(play.watch.state.value == "31");
}

TEST_CASE("frozen after 15 minutes of silence, once") {
  Play play(Condition::frozen);
  play.pass(minutes(15) - Microseconds(1));
  CHECK(play.silence() == '-');
  play.pass(Microseconds(1));
  CHECK(play.silence() == 'r');
  CHECK(play.silence() == '-');
  play.pass(minutes(60));
  CHECK(play.silence() == '-');
  CHECK(play.edges({"1", "1"}) == "f-");
  play.pass(minutes(14));
  CHECK(play.silence() == '-');
  play.pass(minutes(1));
  CHECK(play.silence() == 'r');
}

TEST_CASE("live with the first reading after silence, however old its time is") {
  Play play(Condition::live);
  play.watch.state.is_true = true;
  CHECK(play.edges({"1", "2"}) == "--");
  play.pass(minutes(15));
  CHECK(play.silence() == 'f');
  Reading old{play.moment.now - minutes(60), "3"};
  CHECK(look(play.watch, old, play.moment) == Edge::rise);
  CHECK(play.edges({"4"}) == "-");
}

TEST_CASE("a clock that is set makes nothing fall silent") {
  Play play(Condition::frozen);
  play.moment.now += std::chrono::hours(24 * 365);
  CHECK(play.silence() == '-');
  play.moment.now -= std::chrono::hours(24 * 365 * 2);
  play.pass(minutes(15));
  CHECK(play.silence() == 'r');
}

TEST_CASE("the same value is notified at most once in five seconds") {
  Play play(Condition::gt, "30");
  play.edges({"31"});
  CHECK(take_notification(play.watch, play.moment));
  CHECK(play.watch.state.notified_at == play.moment.now);
  CHECK(play.edges({"29", "31"}) == "fr");
  CHECK_FALSE(take_notification(play.watch, play.moment));
  CHECK(play.edges({"29", "32"}) == "fr");
  CHECK(take_notification(play.watch, play.moment));
  play.pass(seconds(3));
  CHECK(play.edges({"29", "32"}) == "fr");
  CHECK(take_notification(play.watch, play.moment));
}

TEST_CASE("a state comes back as it was stored") {
  State state{.is_true = true,
              .at = *parse_time("2026-01-02T03:04:05.000001Z"),
              .value = "\"°\n",
              .notified_at = *parse_time("2026-01-02T03:04:06Z")};
  CHECK(decode_state(encode(state)) == state);
  CHECK(decode_state(encode(State{})) == State{});
  CHECK_THROWS(decode_state("{"));
}

}  // namespace tt::triggers
