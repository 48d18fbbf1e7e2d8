#pragma once

// MailSender: mails for people, handed to the one mail server that an administrator has named.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "rt/task.h"

namespace tt::outbound {

class Transfers;

struct MailServer {
  std::string url;   // "smtp://host:25" or "smtps://host:465"; empty: no mail is sent
  std::string from;  // "thingtank@example.org"
  std::string user;
  std::string password;
};

struct Mail {
  std::string id;  // the same when the same mail is sent again
  std::string to;
  std::string subject;
  std::string text;
  Time at;
};

struct MailAnswer {
  int status = 0;       // the server's last reply code; 0: it did not answer
  std::string problem;  // empty: the server has taken the mail
  Microseconds duration{0};
};

class MailSender {
 public:
  // `transfers` must outlive it.
  MailSender(Transfers& transfers, MailServer server, std::chrono::seconds timeout);

  bool is_configured() const { return !server_.url.empty(); }
  // Only if it is configured.
  Task<MailAnswer> send(Mail mail);

 private:
  Transfers& transfers_;
  MailServer server_;
  std::chrono::seconds timeout_;
};

// "anna@example.org": one address, without a name; nothing that could become a second header or a
// second recipient.
bool is_mail_address(std::string_view text);

// The message of RFC 5322, with lines that end in CR LF; not ASCII is encoded (RFC 2047, base64).
std::string to_message(const Mail& mail, std::string_view from);

}  // namespace tt::outbound
