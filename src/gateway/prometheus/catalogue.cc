#include "gateway/prometheus/catalogue.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "telemetry/telemetry.h"

namespace tt::gateway::prometheus {
namespace {

constexpr std::size_t page_feeds = 1'000;

// What the caller may read without an interval: a key whose permission asks for long intervals only
// sees no single readings here.
identity::Caller without_intervals(const identity::Caller& caller) {
  auto limited = caller;
  std::erase_if(limited.permissions,
                [](const auto& permission) { return permission.minimum_interval_s > 0; });
  return limited;
}

// The exact value that a matcher wants for `label`; empty if there is none.
std::string_view wanted(const Matchers& matchers, std::string_view label) {
  for (const auto& matcher : matchers) {
    if (matcher.label == label && matcher.kind == MatchKind::equal) return matcher.text;
  }
  return {};
}

// The feeds of feed="504" and of feed=~"504|505", which dashboards send for a choice of several;
// nullopt if the matchers do not name them.
std::optional<std::set<registry::FeedId>> named_feeds(const Matchers& matchers) {
  for (const auto& matcher : matchers) {
    bool names = matcher.kind == MatchKind::equal || matcher.kind == MatchKind::matches;
    if (matcher.label != "feed" || !names || matcher.text.empty()) continue;
    std::set<registry::FeedId> feeds;
    std::string_view rest = matcher.text;
    if (rest.starts_with('(') && rest.ends_with(')')) rest = rest.substr(1, rest.size() - 2);
    bool good = true;
    while (good && !rest.empty()) {
      auto bar = rest.find('|');
      auto feed = parse_number<registry::FeedId>(rest.substr(0, bar));
      good = feed && *feed > 0;
      if (good) feeds.insert(*feed);
      rest = bar == rest.npos ? std::string_view{} : rest.substr(bar + 1);
    }
    if (good) return feeds;
  }
  return std::nullopt;
}

std::string tags_of(const registry::Feed& feed, const registry::Channel& channel) {
  std::set<std::string_view> tags(feed.tags.begin(), feed.tags.end());
  tags.insert(channel.tags.begin(), channel.tags.end());
  std::string text;
  for (auto tag : tags) text.append(text.empty() ? "," : "").append(tag).append(",");
  return text;
}

Labels labels_of(const registry::Feed& feed, const registry::Channel& channel,
                 std::string_view name) {
  return Labels({{std::string(name_label), std::string(name)},
                 {"feed", std::to_string(feed.id)},
                 {"channel", channel.name},
                 {"title", feed.title},
                 {"owner", feed.owner_login},
                 {"unit", channel.unit.symbol.empty() ? channel.unit.label : channel.unit.symbol},
                 {"tags", tags_of(feed, channel)}});
}

class Search {
 public:
  Search(Services& services, const identity::Caller& caller, const Matchers& matchers)
      : services_(services), caller_(without_intervals(caller)), matchers_(matchers) {}

  Task<Entries> run() {
    if (auto feeds = named_feeds(matchers_)) {
      for (auto id : *feeds) {
        auto feed = co_await services_.registry.find(id);
        if (feed) add(*feed);
      }
    } else {
      co_await scan();
    }
    co_return std::move(found_);
  }

 private:
  Task<> scan() {
    registry::FeedQuery query;
    if (caller_.private_access) query.visible_to = caller_.account;
    query.owner_login = wanted(matchers_, "owner");
    query.limit = page_feeds;
    while (found_.is_complete) {
      auto page = co_await services_.registry.search(query);
      for (const auto& feed : page.feeds) add(*feed);
      query.offset += page.feeds.size();
      if (page.feeds.size() < page_feeds) co_return;
      if (query.offset >= services_.limits.prometheus_feeds_max) found_.is_complete = false;
    }
  }

  void add(const registry::Feed& feed) {
    bool fixed = wanted(matchers_, name_label) == fixed_name;
    for (const auto& channel : feed.channels) {
      auto resource = telemetry::resource_of(feed, channel.name);
      if (!identity::allow(caller_, identity::Action::read, resource, services_.clock.now())) {
        continue;
      }
      auto name = fixed ? std::string(fixed_name) : metric_name_of(channel.name);
      auto labels = labels_of(feed, channel, name);
      if (!accept(matchers_, labels)) continue;
      if (found_.entries.size() >= services_.limits.prometheus_series_max) {
        found_.is_complete = false;
        return;
      }
      found_.entries.push_back({channel.id, channel.unit, std::move(labels)});
    }
  }

  Services& services_;
  identity::Caller caller_;
  const Matchers& matchers_;
  Entries found_;
};

}  // namespace

Task<Entries> find_entries(Services& services, const identity::Caller& caller,
                           const Matchers& matchers) {
  Search search(services, caller, matchers);
  co_return co_await search.run();
}

}  // namespace tt::gateway::prometheus
