#include "outbound/http_sender.h"

#include <unistd.h>

#include "base/text.h"
#include "outbound/transfers.h"

namespace tt::outbound {
namespace {

struct Check {
  const Networks& networks;
  Transfer& transfer;
};

curl_socket_t open_socket(void* with, curlsocktype, curl_sockaddr* peer) {
  auto& check = *static_cast<Check*>(with);
  if (!check.networks.permits(peer->addr)) {
    check.transfer.refused = to_text(peer->addr);
    return CURL_SOCKET_BAD;
  }
  return ::socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
}

TransferPtr prepare(HttpPost post, std::chrono::seconds timeout) {
  auto transfer = std::make_unique<Transfer>();
  transfer->body = std::move(post.body);
  transfer->set(CURLOPT_PROTOCOLS_STR, "http,https");
  transfer->set(CURLOPT_URL, post.url.c_str());
  transfer->set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  transfer->set(CURLOPT_FOLLOWLOCATION, 0L);
  transfer->set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout / std::chrono::milliseconds(1)));
  transfer->set(CURLOPT_USERAGENT, "Thingtank");
  transfer->set(CURLOPT_POST, 1L);
  transfer->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer->body.size()));
  transfer->set(CURLOPT_POSTFIELDS, transfer->body.c_str());
  for (const auto& header : post.headers) transfer->add_line(header);
  // Not to wait for a "100 Continue".
  transfer->add_line("Expect:");
  transfer->set(CURLOPT_HTTPHEADER, transfer->lines);
  return transfer;
}

HttpAnswer answer_of(const Transfer& transfer) {
  HttpAnswer answer;
  answer.duration = duration_of(transfer);
  // An answer that is longer than what is kept is an answer.
  bool has_enough = transfer.answer.size() == answer_bytes_max;
  if (transfer.result != CURLE_OK && !has_enough) {
    answer.problem = problem_of(transfer);
    if (!transfer.refused.empty()) {
      answer.is_refused = true;
      answer.problem = fmt::format(
          "{} is not a public address; an administrator may allow it with "
          "[webhooks] allowed_networks",
          transfer.refused);
    }
    return answer;
  }
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.body = transfer.answer;
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &retry_after_s);
  if (retry_after_s > 0) answer.retry_after = std::chrono::seconds(retry_after_s);
  return answer;
}

// A part of a URL; empty if it has none.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

}  // namespace

HttpSender::HttpSender(Transfers& transfers, Networks networks, std::chrono::seconds timeout)
    : transfers_(transfers), networks_(std::move(networks)), timeout_(timeout) {}

Task<HttpAnswer> HttpSender::post(HttpPost post) {
  auto transfer = prepare(std::move(post), timeout_);
  Check check{networks_, *transfer};
  transfer->set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  transfer->set(CURLOPT_OPENSOCKETDATA, &check);
  auto ended = co_await transfers_.run(std::move(transfer));
  co_return answer_of(*ended);
}

std::optional<WebAddress> parse_web_address(const std::string& url) {
  std::unique_ptr<CURLU, UrlCleanup> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  WebAddress address;
  address.scheme = to_lower(part_of(parsed.get(), CURLUPART_SCHEME));
  address.host = to_lower(part_of(parsed.get(), CURLUPART_HOST));
  if ((address.scheme != "http" && address.scheme != "https") || address.host.empty()) {
    return std::nullopt;
  }
  auto port = part_of(parsed.get(), CURLUPART_PORT);
  if (!port.empty()) address.host += ":" + port;
  curl_url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  address.visible = part_of(parsed.get(), CURLUPART_URL);
  return address;
}

}  // namespace tt::outbound
