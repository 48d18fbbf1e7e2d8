#include "console/dashboard_layout.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.h"

using namespace tt;
using namespace tt::console;

namespace {

constexpr std::string_view live = R"({"live_s":300})";

DashboardLayout check(std::string_view json, const Limits& limits = {}) {
  auto document = wire::read_json(json, 16);
  REQUIRE(document);
  return check_layout(document->root(), limits);
}

std::string layout_with(std::string_view widgets, std::string_view window = live) {
  return fmt::format(R"({{"window":{},"widgets":[{}]}})", window, widgets);
}

// A value of channel a of feed 1, with some member replaced.
std::string widget_with(std::string_view member, std::string_view json) {
  std::vector<std::pair<std::string_view, std::string_view>> members = {
      {"id", R"("w1")"},  {"type", R"("value")"},
      {"x", "0"},         {"y", "0"},
      {"w", "3"},         {"h", "4"},
      {"title", R"("")"}, {"channels", R"([{"feed":1,"channel":"a"}])"},
      {"options", "{}"}};
  std::string text;
  bool is_known = false;
  for (auto& [name, value] : members) {
    if (name == member) value = json;
    is_known = is_known || name == member;
    text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, value);
  }
  if (!is_known) text += fmt::format(",\"{}\":{}", member, json);
  return fmt::format("{{{}}}", text);
}

// Why the layout is refused.
std::string refusal(std::string_view json, const Limits& limits = {}) {
  try {
    check(json, limits);
  } catch (const Error& e) {
    CHECK((e.code() == Code::unprocessable || e.code() == Code::too_large));
    return e.what();
  }
  return "nothing";
}

std::string refusal_of(std::string_view member, std::string_view json) {
  return refusal(layout_with(widget_with(member, json)));
}

}  // namespace

TEST_CASE("a layout is kept as compact JSON, with what it shows") {
  auto layout = check(R"({ "window": {"from": "2026-01-01", "to": "2026-01-02"}, "widgets": [
    {"id":"m","type":"map","x":6,"y":2,"w":6,"h":7,"title":"Düne","options":{},
     "channels":[{"feed":7,"channel":"b"},{"feed":5,"channel":"a"},{"feed":7,"channel":"b"}]},
    {"id":"t","type":"text","x":0,"y":0,"w":1,"h":1,"title":"","channels":[],
     "options":{"text":"\u00e9"}} ]})");
  CHECK(layout.channels == std::vector<ChannelName>{{5, "a"}, {7, "b"}});
  CHECK(layout.on_maps == std::vector<registry::FeedId>{5, 7});
  REQUIRE(layout.boxes.size() == 2);
  CHECK(layout.boxes[0].type == "map");
  CHECK(layout.boxes[0].x == 6);
  CHECK(layout.boxes[0].h == 7);
  CHECK(
      layout.json.starts_with(R"({"window":{"from":"2026-01-01","to":"2026-01-02"},"widgets":[)"));
  auto again = read_stored_layout(layout.json, {});
  CHECK(again.json == layout.json);
  CHECK(again.channels == layout.channels);
}

TEST_CASE("only channels on a map show where their device is") {
  auto layout = check(layout_with(widget_with("type", R"("line")")));
  CHECK(layout.channels.size() == 1);
  CHECK(layout.on_maps.empty());
}

TEST_CASE("numbers keep their text") {
  auto layout = check(layout_with(widget_with("options", R"({"min":0.50,"max":1e2})")));
  CHECK(layout.json.contains(R"("options":{"min":0.50,"max":1e2})"));
}

TEST_CASE("what no dashboard has is refused") {
  CHECK(refusal("[]") == "the layout must be an object");
  CHECK(refusal(R"({"widgets":[]})") == "the layout has no “window”");
  CHECK(refusal(R"({"window":{"live_s":300},"widgets":[],"x":1})") ==
        "the layout has a member “x” that no dashboard has");
  CHECK(refusal(R"({"window":{"live_s":300},"widgets":[],"widgets":[]})") ==
        "the layout has “widgets” twice");
  CHECK(refusal_of("type", R"("video")").contains("widgets[0].type must be line"));
  CHECK(refusal_of("script", R"x("alert(1)")x").contains("member “script”"));
  CHECK(refusal_of("options", R"({"html":"<b>"})").contains("widgets[0].options has a member"));
  CHECK(refusal_of("id", R"("a b")").contains("widgets[0].id"));
  CHECK(refusal_of("title", "7") == "widgets[0].title must be a text");
}

TEST_CASE("widgets stay in the grid") {
  CHECK(refusal_of("x", "12").contains("widgets[0].x must be a whole number from 0 to 11"));
  CHECK(refusal_of("x", "10") == "widgets[0] ends beyond column 12");
  CHECK(refusal_of("w", "0").contains("widgets[0].w"));
  CHECK(refusal_of("h", "61").contains("widgets[0].h"));
  CHECK(refusal_of("y", "-1").contains("widgets[0].y"));
  CHECK(refusal_of("y", "1.5").contains("widgets[0].y"));
  CHECK(refusal_of("w", "9") == "nothing");
}

TEST_CASE("channels are a device and a name, as many as the type shows") {
  CHECK(refusal_of("channels", "[]").contains("must be 1 to 1 channels"));
  CHECK(refusal_of("channels", R"([{"feed":0,"channel":"a"}])").contains("channels[0].feed"));
  CHECK(refusal_of("channels", R"([{"feed":1,"channel":"a b"}])").contains("channels[0].channel"));
  CHECK(refusal_of("channels", R"([{"feed":1}])").contains("has no “channel”"));
  CHECK(refusal_of("type", R"("text")").contains("must be 0 to 0 channels"));
}

TEST_CASE("options have their kinds and bounds") {
  CHECK(refusal_of("options", R"({"min":3,"max":3})").contains("max must be more than min"));
  CHECK(refusal_of("options", R"({"min":"3"})").contains("options.min must be a number"));
  CHECK(refusal_of("options", R"({"step":0})").contains("options.step"));
  CHECK(refusal_of("options", R"({"decimals":10})").contains("options.decimals"));
  CHECK(refusal_of("options", R"({"colour":6})").contains("options.colour"));
  CHECK(refusal_of("options", R"({"fill":1})").contains("options.fill"));
  CHECK(refusal_of("options", R"({"thresholds":[{"at":1,"level":"red"}]})")
            .contains("thresholds[0].level must be good, warn or bad"));
  CHECK(refusal_of("options", R"({"thresholds":[{"at":1,"level":"bad"}]})") == "nothing");
}

TEST_CASE("the window is live, or from one time to a later one") {
  auto with = [](std::string_view window) { return refusal(layout_with("", window)); };
  CHECK(with(R"({"live_s":59})").contains("window.live_s"));
  CHECK(with(R"({"live_s":7776000})") == "nothing");
  CHECK(with(R"({"live_s":60,"from":"2026-01-01"})").contains("either"));
  CHECK(with(R"({"from":"2026-01-01"})").contains("has no “to”"));
  CHECK(with(R"({"from":"2026-01-02","to":"2026-01-01"})").contains("must be after"));
  CHECK(with(R"({"from":"yesterday","to":"2026-01-01"})").contains("window.from must be a time"));
}

TEST_CASE("ids are used once, and there are limits") {
  auto twice = widget_with("id", R"("w1")") + "," + widget_with("id", R"("w1")");
  CHECK(refusal(layout_with(twice)).contains("widgets[1].id"));
  Limits limits;
  limits.dashboard_widgets_max = 1;
  auto two = widget_with("id", R"("w1")") + "," + widget_with("id", R"("w2")");
  CHECK(refusal(layout_with(two), limits).contains("too many entries (maximum is 1)"));
  limits.dashboard_bytes_max = 100;
  CHECK(refusal(layout_with(widget_with("id", R"("w1")")), limits).contains("too large"));
}

TEST_CASE("a damaged row is told from a wrong request") {
  auto code_of = [](std::string_view json) {
    try {
      read_stored_layout(json, {});
    } catch (const Error& e) {
      return e.code();
    }
    return Code::cancelled;
  };
  CHECK(code_of("{") == Code::corrupt);
  CHECK(code_of("{}") == Code::corrupt);
}
