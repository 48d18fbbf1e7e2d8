// API keys: list, create, read, update, delete, regenerate.
//
// A master key is needed for everything here but for reading the key that one uses.

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/keys_json.h"
#include "gateway/xively/operations.h"
#include "host/feed_audit.h"

namespace tt::gateway::xively {
namespace {

KeyInput read_input(const ApiRequest& request, const Limits& limits) {
  require_json(request);
  return parse_key(request.body, limits);
}

// The account's key with that secret; throws denied, not_found, also for keys of others.
Task<identity::Key> open_key(Services& services, const ApiRequest& request,
                             std::string_view secret) {
  require_master(request, services.clock.now());
  auto key = co_await services.identity.find_key(secret);
  if (!key || key->account != request.caller->account) throw not_found();
  co_return std::move(*key);
}

// Throws unprocessable unless every resource is a feed of the account.
Task<> require_feeds(Services& services, const ApiRequest& request,
                     const std::optional<std::vector<identity::Permission>>& permissions) {
  std::set<registry::FeedId> ids;
  if (permissions) {
    for (const auto& permission : *permissions) {
      for (const auto& limit : permission.resources) ids.insert(limit.feed);
    }
  }
  for (auto id : ids) {
    auto feed = services.registry.find_cached(id);
    if (!feed) feed = co_await services.registry.find(id);
    if (feed && feed->owner == request.caller->account) continue;
    throw Error(Code::unprocessable, fmt::format("Resource feed_id {} is no feed of yours", id));
  }
}

// "Returns api keys limited to that feed and its datastreams."
bool is_limited_to(const identity::Key& key, registry::FeedId feed) {
  auto names_feed = [&](const identity::ResourceLimit& limit) { return limit.feed == feed; };
  auto has_limit = [&](const identity::Permission& permission) {
    return std::ranges::any_of(permission.resources, names_feed);
  };
  return std::ranges::any_of(key.settings.permissions, has_limit);
}

registry::FeedId feed_parameter(const ApiRequest& request) {
  auto text = request.parameter("feed_id");
  auto feed = parse_number<registry::FeedId>(text);
  if (!feed) {
    throw Error(Code::invalid, fmt::format("feed_id must be a number, not '{}'", text));
  }
  return *feed;
}

Task<> record_deed(Services& services, const ApiRequest& request, std::string_view action,
                   std::string label) {
  KeyDeed deed{action, request.caller->account, label};
  co_await record_key(services, *request.caller, std::move(deed));
}

std::string location_of(const ApiRequest& request, std::string_view secret) {
  return fmt::format("{}/v2/keys/{}", request.base_url, secret);
}

}  // namespace

Task<ApiReply> list_keys(Services& services, const ApiRequest& request) {
  require_json(request);
  require_master(request, services.clock.now());
  auto keys = co_await services.identity.keys(request.caller->account);
  if (request.has_parameter("feed_id")) {
    auto feed = feed_parameter(request);
    std::erase_if(keys, [&](const identity::Key& key) { return !is_limited_to(key, feed); });
  }
  ApiReply reply;
  reply.body = keys_json(keys);
  co_return reply;
}

Task<ApiReply> create_key(Services& services, const ApiRequest& request) {
  require_master(request, services.clock.now());
  auto input = read_input(request, services.limits);
  co_await require_feeds(services, request, input.permissions);
  auto draft = changed_by(std::move(input), {});
  auto key = co_await services.identity.create_key(request.caller->account, std::move(draft));
  co_await record_deed(services, request, "key.create", key.settings.label);
  ApiReply reply;
  reply.status = 201;
  reply.location = location_of(request, key.secret);
  co_return reply;
}

Task<ApiReply> read_key(Services& services, const ApiRequest& request, std::string_view secret) {
  require_json(request);
  auto key = co_await services.identity.find_key(secret);
  bool is_itself = key && key->id == request.caller->key;
  if (!is_itself) {
    require_master(request, services.clock.now());
    if (!key || key->account != request.caller->account) throw not_found();
  }
  ApiReply reply;
  reply.body = key_json(*key);
  co_return reply;
}

Task<ApiReply> update_key(Services& services, const ApiRequest& request, std::string_view secret) {
  auto key = co_await open_key(services, request, secret);
  auto input = read_input(request, services.limits);
  co_await require_feeds(services, request, input.permissions);
  auto settings = changed_by(std::move(input), std::move(key.settings));
  auto label = settings.label;
  bool is_there = co_await services.identity.update_key(key.id, std::move(settings));
  if (!is_there) throw not_found();
  co_await record_deed(services, request, "key.update", label);
  co_return ApiReply{};
}

Task<ApiReply> delete_key(Services& services, const ApiRequest& request, std::string_view secret) {
  require_json(request);
  auto key = co_await open_key(services, request, secret);
  bool was_there = co_await services.identity.delete_key(key.id);
  if (!was_there) throw not_found();
  co_await record_deed(services, request, "key.delete", key.settings.label);
  co_return ApiReply{};
}

Task<ApiReply> regenerate_key(Services& services, const ApiRequest& request,
                              std::string_view secret) {
  require_json(request);
  auto key = co_await open_key(services, request, secret);
  auto renewed = co_await services.identity.renew_key(key.id);
  if (!renewed) throw not_found();
  co_await record_deed(services, request, "key.regenerate", key.settings.label);
  ApiReply reply;
  reply.location = location_of(request, *renewed);
  co_return reply;
}

}  // namespace tt::gateway::xively
