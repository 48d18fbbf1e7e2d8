#include "outbound/mail_sender.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/digest.h"
#include "outbound/transfers.h"

namespace tt::outbound {
namespace {

constexpr std::size_t address_bytes_max = 254;  // RFC 5321 section 4.5.3.1.3
constexpr std::size_t encoded_line_max = 76;    // RFC 2045 section 6.8
// "An encoded-word may not be more than 75 characters long" [RFC 2047 section 2]: 45 bytes of text
// are 60 characters of base64, beside the 12 around them.
constexpr std::size_t encoded_word_bytes = 45;

std::size_t give_body(char* into, std::size_t, std::size_t size, void* from) {
  auto& transfer = *static_cast<Transfer*>(from);
  auto count = std::min(size, transfer.body.size() - transfer.body_sent);
  std::memcpy(into, transfer.body.data() + transfer.body_sent, count);
  transfer.body_sent += count;
  return count;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// The text of a header, which may hold anything; the words end between characters.
std::string encoded_header(std::string_view text) {
  if (is_plain(text) && text.size() <= encoded_line_max - 10) return std::string(text);
  std::string out;
  while (!text.empty()) {
    auto size = std::min(encoded_word_bytes, text.size());
    while (size < text.size() && size > 1 && (text[size] & 0xC0) == 0x80) --size;
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("=?UTF-8?B?{}?=", to_base64(text.substr(0, size)));
    text.remove_prefix(size);
  }
  return out;
}

std::string encoded_body(std::string_view text) {
  auto encoded = to_base64(text);
  std::string out;
  for (std::size_t at = 0; at < encoded.size(); at += encoded_line_max) {
    out += encoded.substr(at, encoded_line_max);
    out += "\r\n";
  }
  return out;
}

// "Fri, 02 Jan 2026 03:04:05 +0000"
std::string date_of(Time at) {
  auto seconds = static_cast<std::time_t>(to_us(at) / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", days[parts.tm_wday], parts.tm_mday,
                     months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
                     parts.tm_sec);
}

std::string host_of(std::string_view address) {
  return std::string(address.substr(address.rfind('@') + 1));
}

TransferPtr prepare(const Mail& mail, const MailServer& server, std::chrono::seconds timeout) {
  auto transfer = std::make_unique<Transfer>();
  transfer->body = to_message(mail, server.from);
  transfer->set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer->set(CURLOPT_URL, server.url.c_str());
  transfer->set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout / std::chrono::milliseconds(1)));
  transfer->set(CURLOPT_MAIL_FROM, fmt::format("<{}>", server.from).c_str());
  transfer->add_line(fmt::format("<{}>", mail.to));
  transfer->set(CURLOPT_MAIL_RCPT, transfer->lines);
  if (!server.user.empty()) {
    // A password never goes over an open line.
    transfer->set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    transfer->set(CURLOPT_USERNAME, server.user.c_str());
    transfer->set(CURLOPT_PASSWORD, server.password.c_str());
  } else if (server.url.starts_with("smtp:")) {
    // "Opportunistic security" [RFC 7435]: who could forge the certificate could as well hide that
    // the server knows TLS, so checking it would only keep mails from being sent.
    transfer->set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_TRY));
    transfer->set(CURLOPT_SSL_VERIFYPEER, 0L);
    transfer->set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  transfer->set(CURLOPT_UPLOAD, 1L);
  transfer->set(CURLOPT_READFUNCTION, give_body);
  transfer->set(CURLOPT_READDATA, transfer.get());
  return transfer;
}

}  // namespace

MailSender::MailSender(Transfers& transfers, MailServer server, std::chrono::seconds timeout)
    : transfers_(transfers), server_(std::move(server)), timeout_(timeout) {}

Task<MailAnswer> MailSender::send(Mail mail) {
  auto transfer = prepare(mail, server_, timeout_);
  auto ended = co_await transfers_.run(std::move(transfer));
  MailAnswer answer;
  long status = 0;
  curl_easy_getinfo(ended->easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  answer.duration = duration_of(*ended);
  if (ended->result != CURLE_OK) answer.problem = problem_of(*ended);
  co_return answer;
}

bool is_mail_address(std::string_view text) {
  auto at = text.find('@');
  if (at == 0 || at == text.npos || at + 1 == text.size() || text.size() > address_bytes_max) {
    return false;
  }
  if (text.find('@', at + 1) != text.npos || !is_utf8(text)) return false;
  return std::ranges::none_of(text, [](char c) {
    return (c >= '\0' && c <= ' ') || c == '\x7f' || std::strchr("<>()[]\\,;:\"", c) != nullptr;
  });
}

std::string to_message(const Mail& mail, std::string_view from) {
  std::string out;
  auto header = [&](std::string_view name, std::string_view value) {
    out += fmt::format("{}: {}\r\n", name, value);
  };
  header("Date", date_of(mail.at));
  header("From", from);
  header("To", mail.to);
  header("Subject", encoded_header(mail.subject));
  header("Message-ID", fmt::format("<{}@{}>", mail.id, host_of(from)));
  // So that nobody's "I am on holiday" comes back [RFC 3834 section 5].
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  header("Content-Type", "text/plain; charset=utf-8");
  header("Content-Transfer-Encoding", "base64");
  out += "\r\n";
  out += encoded_body(mail.text);
  return out;
}

}  // namespace tt::outbound
