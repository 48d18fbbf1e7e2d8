#include "gateway/xively/socket.h"

#include <boost/json/value.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/views.h"
#include "rt/scope.h"
#include "wire/header_value.h"
#include "wire/json_writer.h"

namespace tt::gateway::xively {
namespace {

// Beyond that many waiting updates only the newest of each subscription is kept.
constexpr std::size_t updates_max = 256;

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return result;
}

// "headers":{"X-ApiKey":"…"}
std::optional<std::string_view> key_of(wire::JsonValue request) {
  auto headers = request.find("headers");
  if (!headers) return std::nullopt;
  for (auto [name, value] : headers->members()) {
    if (wire::equal_ignoring_case(name, "X-ApiKey")) return value.text();
  }
  return std::nullopt;
}

struct FeedResource {
  registry::FeedId feed = 0;
  std::string_view channel;  // empty: the feed
};

// "/feeds/504" or "/feeds/504/datastreams/0", with or without format suffix.
std::optional<FeedResource> parse_resource(std::string_view resource) {
  take_suffix(resource);
  if (!resource.starts_with("/feeds/")) return std::nullopt;
  resource.remove_prefix(7);
  FeedResource parsed;
  auto slash = resource.find('/');
  auto feed = parse_number<registry::FeedId>(resource.substr(0, slash));
  if (!feed) return std::nullopt;
  parsed.feed = *feed;
  if (slash == resource.npos) return parsed;
  resource.remove_prefix(slash);
  if (!resource.starts_with("/datastreams/")) return std::nullopt;
  parsed.channel = resource.substr(13);
  bool is_name = registry::is_channel_name(parsed.channel);
  return is_name ? std::optional(parsed) : std::nullopt;
}

}  // namespace

struct SocketSession::Incoming {
  std::string method, resource;
  std::optional<std::string> token;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string body;
  identity::CallerPtr caller;
};

SocketSession::SocketSession(Services& services, Api& api, MessageChannel& channel, Opening opening)
    : services_(services),
      api_(api),
      channel_(channel),
      caller_(std::move(opening.caller)),
      base_url_(std::move(opening.base_url)) {
  origin_.address = channel.peer().address;
}

Task<> SocketSession::run() {
  rt::Scope sender(channel_.loop());
  sender.spawn(send_updates());
  while (auto message = co_await channel_.receive()) {
    co_await take(*message);
    channel_.have(subscriptions_.empty() ? Patience::while_asking : Patience::for_ever);
  }
  ended_ = true;
  wake_.set();
  co_await sender.join();
  co_await drop_all();
}

Task<> SocketSession::drop_all() {
  for (const auto& [tag, subscription] : subscriptions_)
    co_await services_.bus.unsubscribe(subscription.id);
  subscriptions_.clear();
}

Task<> SocketSession::take(std::string_view text) {
  Incoming incoming;
  auto document = wire::read_json(text, services_.limits.json_depth_max);
  if (!document || !document->root().is(wire::JsonKind::object)) {
    auto message = document ? std::string("a request is a JSON object") : document.error().message;
    reply(incoming, 400, message, {});
    co_return;
  }
  auto root = document->root();
  auto text_of = [&](std::string_view name) {
    auto value = root.find(name);
    return value ? std::string(value->text()) : std::string();
  };
  incoming.method = upper(text_of("method"));
  incoming.resource = text_of("resource");
  if (auto token = root.find("token")) incoming.token = std::string(token->text());
  for (auto name : {"params", "parameters"}) {
    auto parameters = root.find(name);
    if (!parameters) continue;
    for (auto [key, value] : parameters->members())
      incoming.parameters.emplace_back(key, value.text());
  }
  if (auto body = root.find("body")) {
    incoming.body = body->is(wire::JsonKind::string) ? std::string(body->text())
                                                     : wire::to_json(wire::to_boost(*body));
  }
  incoming.caller = caller_;
  if (auto key = key_of(root)) {
    incoming.caller = co_await services_.identity.authenticate_key(*key, origin_);
  }
  co_await answer(incoming);
}

Task<> SocketSession::answer(const Incoming& incoming) {
  std::optional<Error> failure;
  try {
    if (incoming.method == "SUBSCRIBE") {
      auto status = co_await subscribe(incoming);
      reply(incoming, status, {}, {});
    } else if (incoming.method == "UNSUBSCRIBE") {
      auto status = co_await unsubscribe(incoming);
      reply(incoming, status, {}, {});
    } else {
      co_await call(incoming);
    }
  } catch (const Error& e) {
    failure = e;
  }
  if (!failure) co_return;
  auto refused = error_reply(*failure, Format::csv);
  auto text = fmt::format("{}: {}", refused.status == 403 ? "Forbidden" : "Error", refused.body);
  reply(incoming, refused.status,
        refused.status == 403 ? "Forbidden: You are not authorized" : text, {});
}

Task<int> SocketSession::subscribe(const Incoming& incoming) {
  if (!incoming.caller) throw unauthorized();
  auto resource = parse_resource(incoming.resource);
  if (!resource) throw not_found();
  auto token = incoming.token.value_or(std::string());
  for (const auto& [tag, subscription] : subscriptions_) {
    // "idempotent per token"
    if (subscription.token == token && subscription.resource == incoming.resource) co_return 200;
  }
  if (subscriptions_.size() >= services_.limits.subscriptions_per_client_max) {
    throw Error(Code::exhausted, "too many subscriptions on this connection");
  }
  // An update of a feed shows all of its channels, so reading the feed as a whole is what it takes.
  auto feed = co_await services_.registry.find(resource->feed);
  if (!feed) throw not_found();
  auto wanted = telemetry::resource_of(*feed, resource->channel);
  identity::require(*incoming.caller, identity::Action::read, wanted, services_.clock.now());
  Subscription subscription;
  subscription.token = token;
  subscription.resource = incoming.resource;
  subscription.caller = incoming.caller;
  auto level = resource->channel.empty() ? std::string_view("+") : resource->channel;
  subscription.filter = telemetry::topic_of(resource->feed, level);
  auto tag = next_tag_++;
  auto filter = subscription.filter;
  subscriptions_.emplace(tag, std::move(subscription));
  std::exception_ptr refused;
  bus::SubscriptionId id = 0;
  try {
    id = co_await services_.bus.subscribe(incoming.caller, *this, std::move(filter), tag);
  } catch (...) {
    refused = std::current_exception();
  }
  if (refused) {
    subscriptions_.erase(tag);
    std::rethrow_exception(refused);
  }
  subscriptions_.at(tag).id = id;
  co_return 200;
}

Task<int> SocketSession::unsubscribe(const Incoming& incoming) {
  auto token = incoming.token.value_or(std::string());
  auto by_token = [&](const auto& entry) {
    return entry.second.token == token && entry.second.resource == incoming.resource;
  };
  // Xively's Objective-C client sends a new token: then the resource decides.
  auto by_resource = [&](const auto& entry) { return entry.second.resource == incoming.resource; };
  auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(), by_token);
  if (found == subscriptions_.end()) {
    found = std::find_if(subscriptions_.begin(), subscriptions_.end(), by_resource);
  }
  if (found == subscriptions_.end()) throw not_found();
  auto id = found->second.id;
  subscriptions_.erase(found);
  co_await services_.bus.unsubscribe(id);
  co_return 200;
}

// get, put, post, delete: as over HTTP.
Task<> SocketSession::call(const Incoming& incoming) {
  ApiRequest request;
  std::string_view path = incoming.resource;
  auto format = take_suffix(path).value_or(Format::json);
  request.method = incoming.method;
  request.path = path;
  request.whole_path = incoming.resource;
  request.arrival = {channel_.protocol(), origin_.address, {}, {}};
  request.format = request.body_format = format;
  request.parameters = incoming.parameters;
  request.body = incoming.body;
  request.caller = incoming.caller;
  request.base_url = base_url_;
  auto answered = co_await api_.handle(request);
  if (answered.status >= 400) format = error_format(format);
  auto type = answered.body.empty() ? std::string_view{} : content_type_of(format);
  reply(incoming, answered.status, answered.body, type);
}

void SocketSession::reply(const Incoming& incoming, int status, std::string_view body,
                          std::string_view type) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  if (incoming.token) json.member("token", std::string_view(*incoming.token));
  if (!incoming.resource.empty()) json.member("resource", std::string_view(incoming.resource));
  json.member("status", status);
  if (!type.empty()) json.key("headers").begin_object().member("CONTENT_TYPE", type).end_object();
  if (!body.empty()) {
    json.key("body");
    if (type.starts_with("application/json")) {
      json.raw(body);
    } else {
      json.value(body);
    }
  }
  json.end_object();
  channel_.send(text);
}

void SocketSession::deliver(const bus::MessagePtr& message, std::uint64_t tag,
                            bus::Delivery delivery) noexcept {
  if (delivery == bus::Delivery::retained || ended_)
    return;  // a subscription brings updates, not the state
  if (updates_.size() >= updates_max) {
    auto same = [&](const Update& update) { return update.tag == tag; };
    auto older = std::find_if(updates_.begin(), updates_.end(), same);
    if (older != updates_.end()) updates_.erase(older);
  }
  updates_.push_back({tag, message});
  wake_.set();
}

Task<> SocketSession::send_updates() {
  while (!ended_) {
    co_await wake_.wait();
    while (!updates_.empty() && !ended_) {
      auto update = std::move(updates_.front());
      updates_.pop_front();
      try {
        co_await send_update(std::move(update));
      } catch (const Error& e) {
        log::warn("an update could not be sent", {{"error", e.what()}});
      }
    }
  }
}

Task<> SocketSession::send_update(Update update) {
  auto found = subscriptions_.find(update.tag);
  if (found == subscriptions_.end()) co_return;
  auto token = found->second.token;
  auto resource = found->second.resource;
  auto target = telemetry::parse_topic(update.message->topic);
  auto feed = co_await services_.registry.find(target->feed);
  if (!feed) co_return;
  ApiRequest request;
  request.base_url = base_url_;
  auto view = co_await view_feed(services_, request, feed);
  // What this message says, although the next may have been stored already.
  auto is_channel = [&](const ChannelView& channel) {
    return channel.channel->name == target->channel;
  };
  auto channel = std::find_if(view.channels.begin(), view.channels.end(), is_channel);
  if (channel == view.channels.end() || !channel->current) co_return;
  channel->current->last.value = update.message->payload;
  channel->current->last.at = update.message->at.value_or(channel->current->last.at);
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  if (!token.empty()) json.member("token", std::string_view(token));
  json.member("resource", std::string_view(resource)).key("body");
  bool is_feed = parse_resource(resource)->channel.empty();
  json.raw(is_feed ? feed_json(view) : datastream_json(*channel, view.zone)).end_object();
  channel_.send(text);
}

}  // namespace tt::gateway::xively
