#include "host/feed_audit.h"

#include <fmt/ranges.h>

namespace tt {
namespace {

// "title: 'Attic' → 'Roof'; …"
class Differences {
 public:
  template <class T>
  void compare(std::string_view name, const T& before, const T& after) {
    if (before == after) return;
    add(fmt::format("{}: '{}' → '{}'", name, shown(before), shown(after)));
  }

  void add(std::string_view text) {
    if (!text_.empty()) text_ += "; ";
    text_ += text;
  }

  std::string take() { return std::move(text_); }

 private:
  static constexpr std::size_t shown_bytes_max = 200;

  static std::string shown(const std::string& text) {
    return text.size() <= shown_bytes_max ? text : fmt::format("{} bytes", text.size());
  }
  static std::string shown(bool truth) { return truth ? "yes" : "no"; }
  static std::string shown(std::int64_t number) { return std::to_string(number); }
  static std::string shown(const std::vector<std::string>& list) {
    return fmt::format("{}", fmt::join(list, ", "));
  }
  static std::string shown(const std::optional<double>& number) {
    return number ? fmt::format("{}", *number) : std::string();
  }

  std::string text_;
};

void compare_locations(const registry::Location& before, const registry::Location& after,
                       Differences& differences) {
  differences.compare("location name", before.name, after.name);
  differences.compare("domain", before.domain, after.domain);
  differences.compare("exposure", before.exposure, after.exposure);
  differences.compare("disposition", before.disposition, after.disposition);
  differences.compare("elevation", before.ele, after.ele);
  // Where a mobile thing is, is a reading rather than a decision.
  if (after.disposition == "mobile") return;
  differences.compare("latitude", before.lat, after.lat);
  differences.compare("longitude", before.lon, after.lon);
}

void compare_channels(const registry::Feed& before, const registry::Feed& after,
                      Differences& differences) {
  for (const auto& channel : after.channels) {
    const auto* known = before.find(channel.name);
    if (!known) {
      differences.add(fmt::format("channel '{}' added", channel.name));
      continue;
    }
    auto name = fmt::format("channel '{}'", channel.name);
    differences.compare(name + " tags", known->tags, channel.tags);
    differences.compare(name + " unit", known->unit.label, channel.unit.label);
    differences.compare(name + " symbol", known->unit.symbol, channel.unit.symbol);
    differences.compare(name + " unit type", known->unit.type, channel.unit.type);
  }
}

Task<> record(Services& services, const identity::Caller& caller, audit::Event event) {
  return services.audit.record(caller, std::move(event));
}

audit::Event event_about(const registry::Feed& feed, std::string_view action, std::string detail) {
  return {.action = std::string(action),
          .object = fmt::format("feeds/{}", feed.id),
          .detail = std::move(detail),
          .owner = feed.owner};
}

}  // namespace

std::string difference(const registry::Feed& before, const registry::Feed& after) {
  Differences differences;
  differences.compare("title", before.title, after.title);
  differences.compare("description", before.description, after.description);
  differences.compare("website", before.website, after.website);
  differences.compare("email", before.email, after.email);
  differences.compare("icon", before.icon, after.icon);
  differences.compare("private", before.is_private, after.is_private);
  differences.compare("tags", before.tags, after.tags);
  differences.compare("retention in days", before.retention_days, after.retention_days);
  compare_locations(before.location, after.location, differences);
  compare_channels(before, after, differences);
  return differences.take();
}

Task<> record_creation(Services& services, const identity::Caller& caller, registry::FeedPtr feed) {
  auto event = event_about(*feed, "feed.create", fmt::format("'{}'", feed->title));
  co_await record(services, caller, std::move(event));
}

Task<> record_change(Services& services, const identity::Caller& caller, registry::FeedPtr before,
                     registry::FeedPtr after) {
  if (before == after) co_return;
  auto detail = difference(*before, *after);
  if (detail.empty()) co_return;
  auto event = event_about(*after, "feed.update", std::move(detail));
  co_await record(services, caller, std::move(event));
}

Task<> record_removal(Services& services, const identity::Caller& caller, registry::FeedPtr feed) {
  auto event = event_about(*feed, "feed.delete", fmt::format("'{}'", feed->title));
  co_await record(services, caller, std::move(event));
}

Task<> record_channel_removal(Services& services, const identity::Caller& caller,
                              registry::FeedPtr feed, std::string channel) {
  auto event = event_about(*feed, "channel.delete", fmt::format("'{}'", channel));
  event.object += "/" + channel;
  co_await record(services, caller, std::move(event));
}

Task<> record_import(Services& services, const identity::Caller& caller, registry::FeedPtr feed,
                     std::string detail) {
  auto event = event_about(*feed, "feed.import", std::move(detail));
  co_await record(services, caller, std::move(event));
}

Task<> record_key(Services& services, const identity::Caller& caller, KeyDeed deed) {
  audit::Event event{.action = std::string(deed.action),
                     .object = "keys",
                     .detail = fmt::format("'{}'", deed.label),
                     .owner = deed.owner};
  co_await services.audit.record(caller, std::move(event));
}

}  // namespace tt
