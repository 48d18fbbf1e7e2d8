#include "gateway/xively/activation.h"

#include "base/error.h"
#include "base/text.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/operations.h"
#include "gateway/xively/products_json.h"

namespace tt::gateway::xively {
namespace {

Task<> record(Services& services, const ApiRequest& request,
              const provisioning::Activation& activation) {
  audit::Event event{.action = "device.activate",
                     .object = fmt::format("feeds/{}", activation.feed)};
  if (auto feed = co_await services.registry.find(activation.feed)) {
    event.owner = feed->owner;
    event.detail = fmt::format("product {}, serial '{}'", feed->product_id, feed->device_serial);
  }
  co_await services.audit.record(*request.caller, std::move(event));
}

}  // namespace

std::string activation_document(const provisioning::Activation& activation, Format format) {
  if (format == Format::json) return activation_json(activation);
  if (format != Format::csv) throw not_acceptable();
  // Neither keys nor names of channels have characters that need quotes.
  return fmt::format("{},{},{}{}{}", activation.api_key, activation.feed,
                     activation.channels.size(), activation.channels.empty() ? "" : ",",
                     fmt::join(activation.channels, ","));
}

Task<ApiReply> activate_device(Services& services, const ApiRequest& request,
                               std::string_view code) {
  if (request.format != Format::json && request.format != Format::csv) throw not_acceptable();
  provisioning::Activation activation;
  bool is_unknown = false;
  try {
    activation = co_await services.provisioning.activate(to_lower(code), request.caller);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    is_unknown = true;
  }
  if (is_unknown) throw not_found();
  if (activation.is_new) co_await record(services, request, activation);
  ApiReply reply;
  reply.body = activation_document(activation, request.format);
  co_return reply;
}

}  // namespace tt::gateway::xively
