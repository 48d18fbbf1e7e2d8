#include "gateway/xively/exchange.h"

#include "base/text.h"
#include "wire/header_value.h"

namespace tt::gateway::xively {
namespace {

constexpr std::string_view hidden = "…";
constexpr std::string_view secret_headers[] = {"X-ApiKey", "X-PachubeApiKey", "Authorization",
                                               "Cookie"};
constexpr std::string_view secret_parameters[] = {"key", "oauth_token", "x-apikey"};

bool is_secret(std::string_view name, std::span<const std::string_view> secrets) {
  return std::ranges::any_of(secrets,
                             [&](auto secret) { return wire::equal_ignoring_case(name, secret); });
}

// The feed in "/feeds/504/…", or in the address of one that was made; 0: none.
registry::FeedId feed_of(const ApiRequest& request, const ApiReply& reply) {
  constexpr std::string_view prefix = "/feeds/";
  std::string_view path = request.path;
  if (!path.starts_with(prefix)) {
    path = reply.location;
    auto start = path.find(prefix);
    if (start == path.npos) return 0;
    path.remove_prefix(start);
  }
  path.remove_prefix(prefix.size());
  return parse_number<registry::FeedId>(path.substr(0, path.find_first_of("/."))).value_or(0);
}

// With the cookie of somebody who is signed in; an account's password comes in a header.
bool is_from_console(const ApiRequest& request) {
  if (!request.caller || request.caller->key != 0) return false;
  if (request.arrival.protocol != "http") return request.arrival.protocol == "websocket";
  return std::ranges::none_of(request.arrival.headers, [](const auto& header) {
    return wire::equal_ignoring_case(header.name, "Authorization");
  });
}

request_log::Headers headers_of(const ApiRequest& request) {
  request_log::Headers headers;
  headers.reserve(request.arrival.headers.size());
  for (const auto& [name, value] : request.arrival.headers) {
    headers.emplace_back(name, is_secret(name, secret_headers) ? hidden : value);
  }
  return headers;
}

request_log::Headers headers_of(const ApiReply& reply, Format format) {
  request_log::Headers headers;
  auto shown = reply.status >= 400 ? error_format(format) : format;
  if (!reply.body.empty()) headers.emplace_back("Content-Type", content_type_of(shown));
  if (!reply.location.empty()) headers.emplace_back("Location", reply.location);
  return headers;
}

// As it is, or how large a picture is: its bytes say nothing to a reader.
std::string body_of(const ApiReply& reply, const ApiRequest& request, std::size_t bytes_max) {
  if (request.format == Format::png && reply.status < 400) return {};
  return reply.body.substr(0, bytes_max);
}

}  // namespace

std::string without_secrets(std::string_view target) {
  auto question = target.find('?');
  if (question == target.npos) return std::string(target);
  std::string shown(target.substr(0, question + 1));
  auto rest = target.substr(question + 1);
  while (!rest.empty()) {
    auto end = std::min(rest.find('&'), rest.size());
    auto parameter = rest.substr(0, end);
    auto name = parameter.substr(0, parameter.find('='));
    shown += is_secret(name, secret_parameters) ? fmt::format("{}={}", name, hidden)
                                                : std::string(parameter);
    if (end < rest.size()) shown += '&';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return shown;
}

void log_exchange(Services& services, const ApiRequest& request, const ApiReply& reply,
                  Time started) {
  auto id = feed_of(request, reply);
  if (id == 0 || is_from_console(request)) return;
  // Only what is there, so that nobody fills the log with feeds that do not exist.
  auto feed = services.registry.find_cached(id);
  if (!feed) return;
  const auto bytes_max = services.limits.logged_body_bytes_max;
  request_log::Exchange exchange;
  exchange.at = started;
  exchange.duration = services.clock.now() - started;
  exchange.protocol = request.arrival.protocol;
  exchange.method = request.method;
  auto target = request.arrival.target.empty() ? request.whole_path : request.arrival.target;
  exchange.target = without_secrets(target);
  // The names that others give their keys are theirs.
  bool is_own = request.caller && request.caller->account == feed->owner;
  if (is_own) exchange.key_label = request.caller->name;
  exchange.address = request.arrival.address;
  exchange.request_headers = headers_of(request);
  exchange.request_body = request.body.substr(0, bytes_max);
  exchange.request_body_bytes = request.body.size();
  exchange.status = reply.status;
  exchange.response_headers = headers_of(reply, request.format);
  exchange.response_body = body_of(reply, request, bytes_max);
  exchange.response_body_bytes = reply.body.size();
  services.request_log.add(id, std::move(exchange));
}

}  // namespace tt::gateway::xively
