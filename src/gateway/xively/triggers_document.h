#pragma once

// Triggers as clients write and read them, flat:
//
//   {"id":14,"notified_at":"","user":"anna","environment_id":8470,"stream_id":"0",
//    "url":"http://example.org/hook","trigger_type":"lt","threshold_value":"15.0"}
//
//   <datastream-trigger><id type="integer">14</id>…<threshold-value type="float">15.0</…>
//
// These members and no other: there are clients that stop at a member they do not know.  What is
// ours (mail, topic, body_format, severity, secret) is taken when it is sent, and shown to those
// who ask for ?extended=1; the secret is never shown.

#include <optional>
#include <span>

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

// What a client says; nullopt: nothing.  Members that it cannot set are ignored, since clients echo
// what they have read.
struct TriggerInput {
  std::optional<std::string> environment_id, stream_id, trigger_type, threshold_value, url;
  std::optional<std::string> mail, topic, body_format, severity, secret;
};
// Throws invalid for broken syntax, unprocessable for a member that is no text or number,
// not_acceptable for a format other than JSON and XML.
TriggerInput parse_trigger(const ApiRequest& request, const Limits& limits);

// `settings` with what the input says in place of what they had, but not feed and channel.  Throws
// unprocessable for words that are none.
triggers::Draft changed_by(TriggerInput input, triggers::Draft settings);

// Throw not_acceptable for a format other than JSON and XML.
std::string trigger_document(const triggers::Trigger& trigger, const ApiRequest& request);
// A bare array.
std::string triggers_document(std::span<const triggers::Trigger> triggers,
                              const ApiRequest& request);

}  // namespace tt::gateway::xively
