#include "gateway/xively/triggers_document.h"

#include <algorithm>

#include "base/error.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/scalar.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

using triggers::BodyFormat;
using wire::JsonKind;

constexpr wire::XmlLimits xml_limits{.bytes_max = 64 * 1024, .depth_max = 8};

// --- reading -----------------------------------------------------------------------------------

struct Member {
  std::string_view name;
  std::optional<std::string> TriggerInput::* place;
};
constexpr Member members[] = {{"environment_id", &TriggerInput::environment_id},
                              {"stream_id", &TriggerInput::stream_id},
                              {"trigger_type", &TriggerInput::trigger_type},
                              {"threshold_value", &TriggerInput::threshold_value},
                              {"url", &TriggerInput::url},
                              {"mail", &TriggerInput::mail},
                              {"topic", &TriggerInput::topic},
                              {"body_format", &TriggerInput::body_format},
                              {"severity", &TriggerInput::severity},
                              {"secret", &TriggerInput::secret}};

const Member* find_member(std::string_view name) {
  auto found = std::ranges::find(members, name, &Member::name);
  return found == std::end(members) ? nullptr : found;
}

TriggerInput parse_json(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  if (!document->root().is(JsonKind::object)) throw wrong("trigger", "must be an object");
  TriggerInput input;
  for (auto [key, value] : document->root().members()) {
    const auto* member = find_member(key);
    if (!member) continue;
    if (value.is(JsonKind::array) || value.is(JsonKind::object)) throw wrong(key, "is invalid");
    input.*member->place = value.is(JsonKind::null) ? "" : std::string(value.text());
  }
  return input;
}

TriggerInput parse_xml(std::string_view body) {
  auto document = wire::read_xml(body, xml_limits);
  if (!document) throw Error(Code::invalid, document.error().message);
  TriggerInput input;
  for (auto node : document->root().children()) {
    std::string name = node.name();
    std::ranges::replace(name, '-', '_');
    if (const auto* member = find_member(name)) input.*member->place = node.text().get();
  }
  return input;
}

void require_format(Format format) {
  if (format != Format::json && format != Format::xml) throw not_acceptable();
}

// --- writing -----------------------------------------------------------------------------------

std::string notified_at(const triggers::Trigger& trigger, const ApiRequest& request) {
  return trigger.notified_at ? request.zone.text(*trigger.notified_at) : std::string();
}

std::string_view name_of(BodyFormat format) { return format == BodyFormat::json ? "json" : "form"; }

void append_json(wire::JsonWriter& json, const triggers::Trigger& trigger,
                 const ApiRequest& request) {
  const auto& settings = trigger.settings;
  json.begin_object().member("id", trigger.id).member("notified_at", notified_at(trigger, request));
  json.member("user", trigger.owner_login).member("environment_id", settings.feed);
  json.member("stream_id", settings.channel).member("url", settings.url);
  json.member("trigger_type", to_text(settings.condition));
  json.member("threshold_value", settings.threshold);
  if (request.parameter("extended") == "1") {
    json.member("mail", settings.mail).member("topic", settings.topic);
    json.member("body_format", name_of(settings.body_format));
    json.member("severity", to_text(settings.severity));
    json.member("has_secret", !settings.secret.empty()).member("is_true", trigger.is_true);
  }
  json.end_object();
}

void append_typed(wire::XmlWriter& xml, std::string_view name, std::string_view type,
                  std::string_view text) {
  xml.begin(name).attribute("type", type).text(text).end();
}

void append_xml(wire::XmlWriter& xml, const triggers::Trigger& trigger, const ApiRequest& request) {
  const auto& settings = trigger.settings;
  xml.begin("datastream-trigger");
  append_typed(xml, "id", "integer", std::to_string(trigger.id));
  append_typed(xml, "environment-id", "integer", std::to_string(settings.feed));
  xml.element("stream-id", settings.channel).element("url", settings.url);
  xml.element("trigger-type", to_text(settings.condition));
  append_typed(xml, "threshold-value", "float", settings.threshold);
  append_typed(xml, "notified-at", "datetime", notified_at(trigger, request));
  xml.element("user", trigger.owner_login);
  if (request.parameter("extended") == "1") {
    xml.element("mail", settings.mail).element("topic", settings.topic);
    xml.element("body-format", name_of(settings.body_format));
    xml.element("severity", to_text(settings.severity));
    append_typed(xml, "has-secret", "boolean", settings.secret.empty() ? "false" : "true");
    append_typed(xml, "is-true", "boolean", trigger.is_true ? "true" : "false");
  }
  xml.end();
}

}  // namespace

TriggerInput parse_trigger(const ApiRequest& request, const Limits& limits) {
  require_format(request.body_format);
  return request.body_format == Format::xml ? parse_xml(request.body)
                                            : parse_json(request.body, limits);
}

triggers::Draft changed_by(TriggerInput input, triggers::Draft settings) {
  if (input.trigger_type) {
    auto condition = triggers::condition_from(*input.trigger_type);
    if (!condition) {
      throw wrong("trigger_type", "must be one of gt, gte, lt, lte, eq, change, frozen and live");
    }
    settings.condition = *condition;
  }
  if (input.severity) {
    auto severity = triggers::severity_from(input.severity->empty() ? "none" : *input.severity);
    if (!severity) throw wrong("severity", "must be one of none, info, warning and critical");
    settings.severity = *severity;
  }
  if (input.body_format) {
    bool is_json = *input.body_format == "json";
    bool is_form = *input.body_format == "form" || input.body_format->empty();
    if (!is_json && !is_form) throw wrong("body_format", "must be form or json");
    settings.body_format = is_json ? BodyFormat::json : BodyFormat::form;
  }
  if (input.threshold_value) settings.threshold = std::move(*input.threshold_value);
  if (input.url) settings.url = std::move(*input.url);
  if (input.mail) settings.mail = std::move(*input.mail);
  if (input.topic) settings.topic = std::move(*input.topic);
  if (input.secret) settings.secret = std::move(*input.secret);
  return settings;
}

std::string trigger_document(const triggers::Trigger& trigger, const ApiRequest& request) {
  require_format(request.format);
  std::string out;
  if (request.format == Format::xml) {
    wire::XmlWriter xml(out);
    xml.declaration();
    append_xml(xml, trigger, request);
    return out;
  }
  wire::JsonWriter json(out);
  append_json(json, trigger, request);
  return out;
}

std::string triggers_document(std::span<const triggers::Trigger> triggers,
                              const ApiRequest& request) {
  require_format(request.format);
  std::string out;
  if (request.format == Format::xml) {
    wire::XmlWriter xml(out);
    xml.declaration().begin("datastream-triggers").attribute("type", "array");
    for (const auto& trigger : triggers) append_xml(xml, trigger, request);
    xml.end();
    return out;
  }
  wire::JsonWriter json(out);
  json.begin_array();
  for (const auto& trigger : triggers) append_json(json, trigger, request);
  json.end_array();
  return out;
}

}  // namespace tt::gateway::xively
