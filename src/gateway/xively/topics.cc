#include "gateway/xively/topics.h"

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "bus/topic.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/v1_output.h"
#include "gateway/xively/views.h"
#include "rt/run_on.h"

namespace tt::gateway::xively {
namespace {

constexpr std::size_t updates_max = 10'000;  // the oldest go: a document shows the newest state

// "/v2"
constexpr std::size_t version_bytes = 3;

// The feed in "/v2/feeds/504…" or "/v1/…"; nullopt if there is none.
std::optional<registry::FeedId> feed_of(std::string_view topic) {
  constexpr std::string_view prefix = "/feeds/";
  if (topic.size() < version_bytes) return std::nullopt;
  topic.remove_prefix(version_bytes);
  if (!topic.starts_with(prefix)) return std::nullopt;
  topic.remove_prefix(prefix.size());
  return parse_number<registry::FeedId>(topic.substr(0, topic.find_first_of("/.")));
}

// The API's servers had no address of their own on MQTT; clients follow none of these URLs.
constexpr std::string_view base_url = "http://localhost";

constexpr std::pair<std::string_view, Format> topic_suffixes[] = {
    {"", Format::json}, {".json", Format::json}, {".csv", Format::csv}, {".xml", Format::xml}};

bool creates(std::string_view path) {
  return path.ends_with("/datastreams") || path.ends_with("/datapoints") || path == "/feeds";
}

}  // namespace

Topics::Topics(Services& services, Api& api)
    : services_(services), api_(api), background_(services.loops.at(0)) {}

Task<> Topics::stop() {
  stopping_ = true;
  wake_.set();
  co_await background_.join();
  for (const auto& [feed, id] : watched_) co_await services_.bus.unsubscribe(id);
  watched_.clear();
}

Task<ApiReply> Topics::request(const identity::Caller& caller, std::string_view topic,
                               std::string_view method, std::string_view body) {
  ApiRequest request;
  auto path = topic.substr(version_bytes);
  if (topic.starts_with("/v1")) request.version = Version::v1;
  request.whole_path = topic;
  request.format = take_suffix(path).value_or(Format::json);
  request.body_format = request.format;
  request.path = path;
  request.method = method == "PUT" && creates(path) ? "POST" : method;
  request.body = body;
  request.caller = std::make_shared<const identity::Caller>(caller);
  request.base_url = base_url;
  co_return co_await api_.handle(request);
}

Task<std::vector<bus::Message>> Topics::accept(const identity::Caller& caller,
                                               std::vector<bus::Message> messages) {
  for (const auto& message : messages) {
    auto reply = co_await request(caller, message.topic, "PUT", message.payload);
    if (reply.status == 503 || reply.status == 500) throw Error(Code::unavailable, reply.body);
    if (reply.status >= 400) {
      log::info("publication refused", {{"topic", message.topic},
                                        {"status", reply.status},
                                        {"caller", caller.name},
                                        {"answer", reply.body}});
    }
  }
  // The readings in it were announced on their own topics.
  co_return std::vector<bus::Message>{};
}

Task<> Topics::check_subscription(const identity::Caller& caller, std::string filter) {
  if (bus::has_wildcard(filter))
    throw Error(Code::denied, "subscribe to one document, without wildcards");
  auto reply = co_await request(caller, filter, "GET", "");
  if (reply.status == 404) throw not_found();
  if (reply.status >= 400) throw Error(Code::denied, reply.body);
}

Task<std::vector<bus::Message>> Topics::current(const identity::Caller& caller,
                                                std::string filter) {
  std::vector<bus::Message> messages;
  auto feed = feed_of(filter);
  // First watched, then read: an update in between comes twice rather than never.
  if (feed) co_await watch(*feed);
  auto reply = co_await request(caller, filter, "GET", "");
  if (reply.status >= 400) co_return messages;
  bus::Message message;
  message.topic = std::move(filter);
  message.payload = std::move(reply.body);
  messages.push_back(std::move(message));
  co_return messages;
}

bool Topics::visible(const identity::Caller& caller, const bus::Message& message) {
  auto id = feed_of(message.topic);
  auto feed = id ? services_.registry.find_cached(*id) : nullptr;
  if (!feed) return false;
  auto resource = telemetry::resource_of(*feed);
  return identity::allow(caller, identity::Action::read, resource, services_.clock.now());
}

Task<> Topics::watch(registry::FeedId feed) {
  auto make = [this, feed] { return watch_here(feed); };
  co_await rt::run_on(services_.loops.at(0), make);
}

Task<> Topics::watch_here(registry::FeedId feed) {
  if (stopping_) co_return;
  if (!std::exchange(started_, true)) background_.spawn(announce_all());
  auto [place, is_new] = watched_.emplace(feed, 0);
  if (!is_new) co_return;
  auto everything = std::make_shared<identity::Caller>();
  everything->is_admin = true;
  everything->private_access = true;
  everything->permissions.push_back({.actions = identity::all_actions});
  if (auto found = co_await services_.registry.find(feed)) everything->account = found->owner;
  auto filter = telemetry::topic_of(feed, "+");
  auto id = co_await services_.bus.subscribe(everything, *this, std::move(filter), 0);
  watched_[feed] = id;
}

void Topics::deliver(const bus::MessagePtr& message, std::uint64_t,
                     bus::Delivery delivery) noexcept {
  if (delivery == bus::Delivery::retained || stopping_) return;
  if (updates_.size() >= updates_max) updates_.pop_front();
  updates_.push_back(message);
  wake_.set();
}

Task<> Topics::announce_all() {
  while (!stopping_) {
    co_await wake_.wait();
    while (!updates_.empty() && !stopping_) {
      auto message = std::move(updates_.front());
      updates_.pop_front();
      try {
        co_await announce(std::move(message));
      } catch (const Error& e) {
        log::warn("an update could not be announced", {{"error", e.what()}});
      }
    }
  }
}

// Renders only what somebody is subscribed to.
Task<> Topics::announce(bus::MessagePtr message) {
  auto target = telemetry::parse_topic(message->topic);
  auto feed = co_await services_.registry.find(target->feed);
  if (!feed) co_return;
  ApiRequest request;
  request.base_url = base_url;
  auto view = co_await view_feed(services_, request, feed);
  auto documents = wanted_documents(view, target->channel);
  if (!documents.empty()) {
    co_await services_.bus.deliver(std::move(documents));
    co_return;
  }
  // Nobody looks any more.
  auto watched = watched_.find(target->feed);
  if (watched == watched_.end()) co_return;
  auto id = watched->second;
  watched_.erase(watched);
  co_await services_.bus.unsubscribe(id);
}

std::vector<bus::Message> Topics::wanted_documents(const FeedView& view,
                                                   std::string_view channel_name) {
  auto has_name = [&](const ChannelView& channel) { return channel.channel->name == channel_name; };
  auto channel = std::find_if(view.channels.begin(), view.channels.end(), has_name);
  auto feed_path = fmt::format("/feeds/{}", view.feed->id);
  auto stream_path = fmt::format("{}/datastreams/{}", feed_path, channel_name);
  ChannelPlace place{*view.feed, base_url};
  std::vector<bus::Message> documents;
  auto add = [&](std::string topic, auto render) {
    if (!services_.bus.has_subscribers(topic)) return;
    bus::Message document;
    document.topic = std::move(topic);
    document.payload = render();
    document.at_least_once = true;
    documents.push_back(std::move(document));
  };
  for (auto [suffix, format] : topic_suffixes) {
    add(fmt::format("/v2{}{}", feed_path, suffix), [&] { return feed_document(view, format); });
    add(fmt::format("/v1{}{}", feed_path, suffix), [&] { return v1_feed_document(view, format); });
    if (channel == view.channels.end()) continue;
    add(fmt::format("/v2{}{}", stream_path, suffix),
        [&] { return datastream_document(*channel, place, format); });
    add(fmt::format("/v1{}{}", stream_path, suffix),
        [&] { return v1_datastream_document(*channel, place, format); });
  }
  return documents;
}

}  // namespace tt::gateway::xively
