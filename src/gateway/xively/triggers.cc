// Triggers: list, create, read, update, delete.
//
// A trigger belongs to the owner of its feed; a key needs the method's permission on its feed and
// channel.  Nobody else sees it, even on a public feed: its URL is nobody else's business.

#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/access.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/scalar.h"
#include "gateway/xively/triggers_document.h"
#include "telemetry/telemetry.h"

namespace tt::gateway::xively {
namespace {

void require_trigger_format(const ApiRequest& request) {
  if (request.format != Format::json && request.format != Format::xml) throw not_acceptable();
}

identity::Resource resource_of(const triggers::Trigger& trigger) {
  identity::Resource resource;
  resource.feed = trigger.settings.feed;
  resource.channel = trigger.settings.channel;
  resource.owner = trigger.owner;
  return resource;
}

struct TriggerWish {
  identity::Action action;
  triggers::TriggerId id;
};

// Throws not_found, denied.
Task<triggers::Trigger> open_trigger(Services& services, const ApiRequest& request,
                                     TriggerWish wish) {
  require_trigger_format(request);
  auto trigger = co_await services.triggers.find(wish.id);
  if (!trigger || trigger->owner != request.caller->account) throw not_found();
  auto resource = resource_of(*trigger);
  identity::require(*request.caller, wish.action, resource, services.clock.now());
  co_return std::move(*trigger);
}

Task<> record(Services& services, const ApiRequest& request, std::string_view action,
              const triggers::Trigger& trigger) {
  const auto& settings = trigger.settings;
  audit::Event event{.action = std::string(action),
                     .object = fmt::format("triggers/{}", trigger.id),
                     .detail = fmt::format("feeds/{}/{} {} {}", settings.feed, settings.channel,
                                           to_text(settings.condition), settings.threshold),
                     .owner = trigger.owner};
  co_await services.audit.record(*request.caller, std::move(event));
}

registry::FeedId feed_id(std::string_view text, std::string_view what) {
  if (text.empty()) throw wrong(what, "can't be blank");
  auto feed = parse_number<registry::FeedId>(text);
  if (!feed || *feed <= 0) throw wrong(what, "is not a number");
  return *feed;
}

}  // namespace

Task<ApiReply> list_triggers(Services& services, const ApiRequest& request) {
  require_trigger_format(request);
  triggers::TriggerQuery query{.owner = request.caller->account};
  if (request.has_parameter("feed_id"))
    query.feed = feed_id(request.parameter("feed_id"), "feed_id");
  auto triggers = co_await services.triggers.list(query);
  std::erase_if(triggers, [&](const triggers::Trigger& trigger) {
    return !identity::allow(*request.caller, identity::Action::read, resource_of(trigger),
                            services.clock.now());
  });
  ApiReply reply;
  reply.body = triggers_document(triggers, request);
  co_return reply;
}

Task<ApiReply> create_trigger(Services& services, const ApiRequest& request) {
  require_trigger_format(request);
  auto input = parse_trigger(request, services.limits);
  triggers::Draft draft;
  draft.feed = feed_id(input.environment_id.value_or(""), "environment_id");
  draft.channel = input.stream_id.value_or("");
  if (draft.channel.empty()) throw wrong("stream_id", "can't be blank");
  if (!input.trigger_type) throw wrong("trigger_type", "can't be blank");
  draft = changed_by(std::move(input), std::move(draft));
  Wish wish{identity::Action::create, draft.feed, draft.channel};
  auto feed = co_await open_feed(services, request, wish);
  channel_of(*feed, draft.channel);
  auto trigger = co_await services.triggers.create(feed->owner, std::move(draft));
  co_await record(services, request, "trigger.create", trigger);
  ApiReply reply;
  reply.status = 201;
  reply.location = fmt::format("{}/v2/triggers/{}", request.base_url, trigger.id);
  co_return reply;
}

Task<ApiReply> read_trigger(Services& services, const ApiRequest& request, triggers::TriggerId id) {
  TriggerWish wish{identity::Action::read, id};
  auto trigger = co_await open_trigger(services, request, wish);
  ApiReply reply;
  reply.body = trigger_document(trigger, request);
  co_return reply;
}

Task<ApiReply> update_trigger(Services& services, const ApiRequest& request,
                              triggers::TriggerId id) {
  TriggerWish wish{identity::Action::update, id};
  auto trigger = co_await open_trigger(services, request, wish);
  auto input = parse_trigger(request, services.limits);
  auto draft = changed_by(std::move(input), std::move(trigger.settings));
  trigger = co_await services.triggers.update(id, std::move(draft));
  co_await record(services, request, "trigger.update", trigger);
  co_return ApiReply{};
}

Task<ApiReply> delete_trigger(Services& services, const ApiRequest& request,
                              triggers::TriggerId id) {
  TriggerWish wish{identity::Action::remove, id};
  auto trigger = co_await open_trigger(services, request, wish);
  bool was_there = co_await services.triggers.remove(id);
  if (!was_there) throw not_found();
  co_await record(services, request, "trigger.delete", trigger);
  co_return ApiReply{};
}

}  // namespace tt::gateway::xively
