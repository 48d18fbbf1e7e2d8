#include <boost/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "bus/topic.h"
#include "twin/merge_patch.h"
#include "twin/stored_state.h"
#include "twin/topics.h"
#include "wire/json.h"
#include "wire/json_writer.h"

namespace tt::twin {
namespace {

namespace json = boost::json;

Error feed_not_found(registry::FeedId id) {
  return Error(Code::not_found, fmt::format("there is no feed {}", id));
}

// One side as it is stored, and as a tree.
struct Loaded {
  State state;
  json::object tree;
  std::optional<store::Version> stored;  // nullopt: it is not
};

struct LoadedTwin {
  Loaded desired, reported;
  Loaded& side(Side side) { return side == Side::desired ? desired : reported; }
};

Twin twin_of(LoadedTwin& loaded) {
  auto missing = delta(loaded.desired.tree, loaded.reported.tree);
  return {loaded.desired.state, loaded.reported.state, wire::to_json(missing)};
}

// A change of one side that was checked.
struct Change {
  registry::FeedId feed = 0;
  Side side = Side::desired;
  json::value patch;
  std::optional<std::uint64_t> expected_version;
};

class KvTwins final : public Twins, public bus::TopicOwner, public telemetry::Listener {
 public:
  explicit KvTwins(Parts parts) : parts_(parts) {
    parts_.bus.own(std::string(topic_prefix), *this);
    parts_.telemetry.add(*this);
  }

  // --- Twins --------------------------------------------------------------------------------
  Task<Twin> find(const identity::Caller& caller, registry::FeedId feed) override;
  Task<Twin> patch(const identity::Caller& caller, registry::FeedId feed, Patch patch) override;

  // --- bus::TopicOwner ----------------------------------------------------------------------
  Task<std::vector<bus::Message>> accept(const identity::Caller& caller,
                                         std::vector<bus::Message> messages) override;
  Task<> check_subscription(const identity::Caller& caller, std::string filter) override;
  Task<std::vector<bus::Message>> current(const identity::Caller& caller,
                                          std::string filter) override;
  bool visible(const identity::Caller& caller, const bus::Message& message) override;

  // --- telemetry::Listener ------------------------------------------------------------------
  Task<> feed_removed(registry::FeedId feed) override;

 private:
  using ByFeed = std::map<registry::FeedId, LoadedTwin>;

  Task<> require(const identity::Caller& caller, identity::Action action, registry::FeedId feed);
  json::value parse(std::string_view patch) const;
  Task<Loaded> load(registry::FeedId feed, Side side);
  Task<LoadedTwin> load(registry::FeedId feed);
  void apply(const Change& change, Loaded& side) const;
  Task<ByFeed> store(const std::vector<Change>& changes);

  Parts parts_;
};

Task<> KvTwins::require(const identity::Caller& caller, identity::Action action,
                        registry::FeedId id) {
  auto feed = parts_.registry.find_cached(id);
  if (!feed) feed = co_await parts_.registry.find(id);
  if (!feed) throw feed_not_found(id);
  auto resource = telemetry::resource_of(*feed);
  identity::require(caller, action, resource, parts_.clock.now());
}

json::value KvTwins::parse(std::string_view patch) const {
  auto most = parts_.limits.twin_bytes_max;
  if (patch.size() > most) {
    throw Error(Code::too_large, fmt::format("the patch has more than {} bytes", most));
  }
  auto tree = wire::parse_json(patch, parts_.limits.json_depth_max);
  if (!tree) throw Error(Code::invalid, tree.error().message);
  if (!tree->is_object()) {
    throw Error(Code::invalid, "a patch of a twin is a JSON object: {\"interval\":60}");
  }
  return std::move(*tree);
}

Task<Loaded> KvTwins::load(registry::FeedId feed, Side side) {
  Loaded loaded;
  auto key = state_key(feed, side);
  auto value = co_await parts_.kv.find(key);
  if (!value) co_return loaded;
  auto state = state_from(value->bytes);
  auto tree = state ? wire::parse_json(state->json, 1000) : std::unexpected(state.error());
  if (!tree || !tree->is_object()) {
    throw Error(Code::corrupt,
                fmt::format("the {} state of feed {} is damaged", to_text(side), feed));
  }
  loaded.state = std::move(*state);
  loaded.tree = std::move(tree->get_object());
  loaded.stored = value->version;
  co_return loaded;
}

Task<LoadedTwin> KvTwins::load(registry::FeedId feed) {
  LoadedTwin twin;
  twin.desired = co_await load(feed, Side::desired);
  twin.reported = co_await load(feed, Side::reported);
  co_return twin;
}

void KvTwins::apply(const Change& change, Loaded& side) const {
  auto version = side.state.version;
  if (change.expected_version && *change.expected_version != version) {
    throw Error(Code::conflict,
                fmt::format("the {} state has version {}, not {}: read it again",
                            to_text(change.side), version, *change.expected_version));
  }
  auto merged = merge_patch(std::move(side.tree), change.patch);
  side.tree = std::move(merged.get_object());
  side.state.json = wire::to_json(side.tree);
  auto most = parts_.limits.twin_bytes_max;
  if (side.state.json.size() > most) {
    throw Error(Code::too_large, fmt::format("the {} state would have more than {} bytes",
                                             to_text(change.side), most));
  }
  ++side.state.version;
  side.state.updated = parts_.clock.now();
}

// All or nothing: begins again whenever somebody else has written meanwhile.
Task<KvTwins::ByFeed> KvTwins::store(const std::vector<Change>& changes) {
  while (true) {
    ByFeed twins;
    std::map<std::string, Loaded*> written;
    std::vector<store::Expectation> expectations;
    for (const auto& change : changes) {
      if (!twins.contains(change.feed)) twins[change.feed] = co_await load(change.feed);
      auto& side = twins[change.feed].side(change.side);
      apply(change, side);
      written[state_key(change.feed, change.side)] = &side;
    }
    store::Batch batch;
    for (const auto& [key, side] : written) {
      batch.put(key, to_bytes(side->state));
      expectations.push_back({key, side->stored});
    }
    auto outcome = co_await parts_.kv.commit(std::move(batch), std::move(expectations));
    if (outcome == store::Outcome::conflict) continue;
    for (const auto& change : changes) {
      // Its removal may have come between the check and the commit.
      auto feed = co_await parts_.registry.find(change.feed);
      if (feed) continue;
      co_await feed_removed(change.feed);
      throw feed_not_found(change.feed);
    }
    co_return twins;
  }
}

Task<Twin> KvTwins::find(const identity::Caller& caller, registry::FeedId feed) {
  co_await require(caller, identity::Action::read, feed);
  auto loaded = co_await load(feed);
  co_return twin_of(loaded);
}

Task<Twin> KvTwins::patch(const identity::Caller& caller, registry::FeedId feed, Patch patch) {
  co_await require(caller, identity::Action::update, feed);
  std::vector<Change> changes(1);
  changes[0] = {feed, patch.side, parse(patch.json), patch.expected_version};
  auto stored = co_await store(changes);
  auto twin = twin_of(stored.at(feed));
  std::vector<bus::Message> messages;
  bool is_desired = patch.side == Side::desired;
  messages.push_back(is_desired ? desired_message(feed, twin) : reported_message(feed, twin));
  messages.push_back(delta_message(feed, twin));
  co_await parts_.bus.deliver(std::move(messages));
  co_return twin;
}

Task<std::vector<bus::Message>> KvTwins::accept(const identity::Caller& caller,
                                                std::vector<bus::Message> messages) {
  std::vector<Change> changes;
  for (const auto& message : messages) {
    auto topic = parse_topic(message.topic);
    if (!topic || !topic->side) {
      throw Error(Code::invalid, fmt::format("'{}' is not twin/FEED/desired or twin/FEED/reported",
                                             message.topic));
    }
    co_await require(caller, identity::Action::update, topic->feed);
    changes.push_back({topic->feed, *topic->side, parse(message.payload), std::nullopt});
  }
  auto stored = co_await store(changes);
  std::vector<bus::Message> heard;
  for (auto& [feed, loaded] : stored) {
    auto twin = twin_of(loaded);
    auto is_of = [feed](Side side) {
      return
          [feed, side](const Change& change) { return change.feed == feed && change.side == side; };
    };
    if (std::ranges::any_of(changes, is_of(Side::desired))) {
      heard.push_back(desired_message(feed, twin));
    }
    if (std::ranges::any_of(changes, is_of(Side::reported))) {
      heard.push_back(reported_message(feed, twin));
    }
    heard.push_back(delta_message(feed, twin));
  }
  co_return heard;
}

Task<> KvTwins::check_subscription(const identity::Caller& caller, std::string filter) {
  std::string_view rest = filter;
  bus::take_level(rest);
  auto feed = parse_number<registry::FeedId>(bus::take_level(rest));
  if (!feed) co_return;  // see visible()
  co_await require(caller, identity::Action::read, *feed);
}

Task<std::vector<bus::Message>> KvTwins::current(const identity::Caller& caller,
                                                 std::string filter) {
  std::vector<bus::Message> messages;
  std::string_view rest = filter;
  bus::take_level(rest);
  auto feed = parse_number<registry::FeedId>(bus::take_level(rest));
  if (!feed) co_return messages;
  auto twin = co_await find(caller, *feed);
  for (auto* make : {desired_message, reported_message, delta_message}) {
    auto message = make(*feed, twin);
    if (bus::matches(filter, message.topic)) messages.push_back(std::move(message));
  }
  co_return messages;
}

bool KvTwins::visible(const identity::Caller& caller, const bus::Message& message) {
  auto topic = parse_topic(message.topic);
  if (!topic) return false;
  // The feed was looked up to store the change, so it is cached.
  auto feed = parts_.registry.find_cached(topic->feed);
  if (!feed) return false;
  auto resource = telemetry::resource_of(*feed);
  return identity::allow(caller, identity::Action::read, resource, parts_.clock.now());
}

Task<> KvTwins::feed_removed(registry::FeedId feed) {
  store::Batch batch;
  batch.erase(state_range(feed));
  co_await parts_.kv.commit(std::move(batch));
}

}  // namespace

std::unique_ptr<Twins> make_twins(Parts parts) { return std::make_unique<KvTwins>(parts); }

}  // namespace tt::twin
