// MQTT 3.1.1 (OASIS, 29 October 2014), section 4.7 "Topic Names and Topic Filters", as tables.
// Both the plain comparison and the trie of subscriptions must agree with them.

#include "bus/topic.h"

#include <doctest/doctest.h>

#include "bus/detail/subscription_table.h"

namespace tt::bus {
namespace {

struct Row {
  std::string_view filter;
  std::string_view topic;
  bool selects;
};

constexpr Row rows[] = {
    // 4.7.1.1: a topic without wildcards is its own filter; matching is exact and case sensitive
    // (4.7.3), a leading or trailing slash makes another topic (4.7.3).
    {"sport", "sport", true},
    {"sport", "sports", false},
    {"sports", "sport", false},
    {"ACCOUNTS", "Accounts", false},
    {"/finance", "finance", false},
    {"finance", "/finance", false},
    {"finance/", "finance", false},
    {"a//b", "a//b", true},
    {"a//b", "a/b", false},
    {"Accounts payable", "Accounts payable", true},
    {"/", "/", true},

    // 4.7.1.2 [MQTT-4.7.1-2], the examples of the section
    {"sport/tennis/player1/#", "sport/tennis/player1", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
    {"sport/tennis/player1/#", "sport/tennis/player2", false},
    {"sport/tennis/player1/#", "sport/tennis/player10", false},
    {"sport/tennis/player1/#", "sport/tennis", false},
    {"sport/#", "sport", true},
    {"#", "sport", true},
    {"#", "sport/tennis/player1", true},
    {"#", "/", true},
    {"/#", "/finance", true},
    {"/#", "finance", false},

    // 4.7.1.3 [MQTT-4.7.1-3], the examples of the section
    {"sport/tennis/+", "sport/tennis/player1", true},
    {"sport/tennis/+", "sport/tennis/player2", true},
    {"sport/tennis/+", "sport/tennis/player1/ranking", false},
    {"sport/+", "sport", false},
    {"sport/+", "sport/", true},
    {"+", "finance", true},
    {"+", "/finance", false},
    {"/+", "/finance", true},
    {"+/+", "/finance", true},
    {"+/tennis/#", "sport/tennis/player1", true},
    {"+/tennis/#", "sport/tennis", true},
    {"+/tennis/#", "sport/golf", false},
    {"sport/+/player1", "sport/tennis/player1", true},
    {"sport/+/player1", "sport//player1", true},
    {"+/+/#", "a/b", true},
    {"+/+/#", "a", false},

    // 4.7.2 [MQTT-4.7.2-1]: no wildcard at the start selects a topic that begins with '$'
    {"#", "$SYS", false},
    {"#", "$SYS/monitor/Clients", false},
    {"+/monitor/Clients", "$SYS/monitor/Clients", false},
    {"$SYS/#", "$SYS/monitor/Clients", true},
    {"$SYS/#", "$SYS", true},
    {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
    {"+/$x", "a/$x", true},
};

TEST_CASE("matches: the tables of section 4.7") {
  for (const auto& row : rows) {
    CAPTURE(row.filter);
    CAPTURE(row.topic);
    CHECK(is_filter(row.filter));
    CHECK(is_topic(row.topic));
    CHECK(matches(row.filter, row.topic) == row.selects);
  }
}

TEST_CASE("SubscriptionTable: the same tables, each filter alone and all at once") {
  detail::SubscriptionTable all;
  std::vector<detail::Subscription> held(std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    held[i].filter = rows[i].filter;
    all.add(held[i]);
  }
  for (const auto& row : rows) {
    CAPTURE(row.filter);
    CAPTURE(row.topic);
    detail::SubscriptionTable alone;
    detail::Subscription one;
    one.filter = row.filter;
    CHECK(alone.add(one));
    detail::SubscriptionTable::Match match;
    alone.find(row.topic, match);
    CHECK(match.local.size() == (row.selects ? 1 : 0));
    CHECK(alone.remove(one));
    CHECK(alone.size() == 0);

    match.clear();
    all.find(row.topic, match);
    std::size_t expected = 0;
    for (const auto& other : rows) expected += matches(other.filter, row.topic) ? 1 : 0;
    CHECK(match.local.size() == expected);
  }
  for (auto& subscription : held) all.remove(subscription);
  CHECK(all.size() == 0);
}

TEST_CASE("SubscriptionTable: other loops count once and go again") {
  detail::SubscriptionTable table;
  table.add_remote("a/+", 1);
  table.add_remote("a/+", 1);
  table.add_remote("a/b", 2);
  detail::SubscriptionTable::Match match;
  table.find("a/b", match);
  std::ranges::sort(match.remote);
  CHECK(match.remote == std::vector<detail::LoopIndex>{1, 2});
  table.remove_remote("a/+", 1);
  table.remove_remote("a/+", 1);
  table.remove_remote("never/there", 1);
  match.clear();
  table.find("a/b", match);
  CHECK(match.remote == std::vector<detail::LoopIndex>{2});
  CHECK(table.size() == 1);
}

TEST_CASE("is_topic") {
  CHECK(is_topic("a"));
  CHECK(is_topic("/"));
  CHECK(is_topic(" "));
  CHECK(is_topic("\xc3\xa4/\xe2\x82\xac"));
  CHECK_FALSE(is_topic(""));                           // [MQTT-4.7.3-1]
  CHECK_FALSE(is_topic(std::string_view("a\0b", 3)));  // [MQTT-4.7.3-2]
  CHECK_FALSE(is_topic(std::string(65536, 'a')));      // [MQTT-4.7.3-3]
  CHECK(is_topic(std::string(65535, 'a')));
  CHECK_FALSE(is_topic("a/+"));  // [MQTT-3.3.2-2]
  CHECK_FALSE(is_topic("a/#"));
  CHECK_FALSE(is_topic("a+"));
  CHECK_FALSE(is_topic("\xed\xa0\x80"));  // a surrogate [MQTT-1.5.3-1]
  CHECK_FALSE(is_topic("\xff"));
}

TEST_CASE("is_filter") {
  for (auto good :
       {"#", "+", "sport/tennis/#", "+/tennis/#", "sport/+/player1", "/", "//", "a/+/"}) {
    CAPTURE(good);
    CHECK(is_filter(good));
  }
  // [MQTT-4.7.1-2] "sport/tennis#" and "sport/tennis/#/ranking" are not valid
  // [MQTT-4.7.1-3] "sport+" is not valid
  for (auto bad : {"", "sport/tennis#", "sport/tennis/#/ranking", "#/", "##", "sport+", "+a",
                   "a/++", "a/#b", "+#"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_filter(bad));
  }
}

TEST_CASE("is_under, count_levels, take_level") {
  CHECK(is_under("feeds", "feeds"));
  CHECK(is_under("feeds/504", "feeds"));
  CHECK(is_under("/v2/feeds", "/v2"));
  CHECK_FALSE(is_under("feedsx/504", "feeds"));
  CHECK_FALSE(is_under("feed", "feeds"));
  CHECK_FALSE(is_under("#", "feeds"));
  CHECK(count_levels("a") == 1);
  CHECK(count_levels("/") == 2);
  std::string_view path = "a//b";
  CHECK(take_level(path) == "a");
  CHECK(take_level(path) == "");
  CHECK(path.data() != nullptr);
  CHECK(take_level(path) == "b");
  CHECK(path.data() == nullptr);
}

}  // namespace
}  // namespace tt::bus
