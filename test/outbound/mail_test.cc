#include <doctest/doctest.h>

#include "outbound/mail_sender.h"

namespace tt::outbound {

TEST_CASE("only a bare address is one") {
  CHECK(is_mail_address("anna@example.org"));
  CHECK(is_mail_address("a.b+c@d"));
  CHECK(is_mail_address("jörg@example.org"));
  for (const char* text :
       {"", "anna", "@example.org", "anna@", "a@b@c", "Anna <anna@example.org>", "a b@c", "a@b,c@d",
        "a@b\r\nBcc: c@d", "a@b\n", "a@b;c", "<a@b>", "a@[127.0.0.1]", "a@b\x7f", "a\xff@b"}) {
    CAPTURE(text);
    CHECK_FALSE(is_mail_address(text));
  }
}

TEST_CASE("a message has its headers and its text encoded") {
  Mail mail{.id = "7",
            .to = "anna@example.org",
            .subject = "Attic is warm",
            .text = "31 °C\n",
            .at = *parse_time("2026-01-02T03:04:05Z")};
  CHECK(to_message(mail, "thingtank@example.org") ==
        "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\n"
        "From: thingtank@example.org\r\n"
        "To: anna@example.org\r\n"
        "Subject: Attic is warm\r\n"
        "Message-ID: <7@example.org>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        "\r\n"
        "MzEgwrBDCg==\r\n");
}

TEST_CASE("a subject cannot become another header") {
  Mail mail{.id = "7", .to = "a@b", .subject = "x\r\nBcc: c@d", .text = "", .at = {}};
  auto message = to_message(mail, "t@b");
  CHECK(message.find("Bcc") == message.npos);
  CHECK(message.find("Subject: =?UTF-8?B?eA0KQmNjOiBjQGQ=?=\r\n") != message.npos);
}

TEST_CASE("a long subject is cut between characters") {
  std::string subject(44, 'a');
  subject += "é";
  Mail mail{.id = "7", .to = "a@b", .subject = subject, .text = "", .at = {}};
  auto message = to_message(mail, "t@b");
  auto first = to_message({.id = "7", .to = "a@b", .subject = "é", .text = "", .at = {}}, "t@b");
  CHECK(message.find("?=\r\n =?UTF-8?B?w6k=?=\r\n") != message.npos);
  CHECK(first.find("Subject: =?UTF-8?B?w6k=?=\r\n") != first.npos);
}

}  // namespace tt::outbound
