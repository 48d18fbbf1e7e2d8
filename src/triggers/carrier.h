#pragma once

// Carrier: brings one firing to one destination, once.

#include <chrono>

#include "bus/bus.h"
#include "outbound/http_sender.h"
#include "outbound/mail_sender.h"
#include "triggers/record.h"

namespace tt::triggers {

enum class Result { delivered, again, failed };

struct Outcome {
  Result result = Result::again;
  int status = 0;
  std::string message;
  std::optional<std::chrono::seconds> retry_after;
  Microseconds duration{0};
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  // Never throws an Error.  The trigger has an address for record.kind.
  virtual Task<Outcome> carry(const Trigger& trigger, const Record& record) = 0;
  virtual bool has_mail() const = 0;
  // What is on its way ends with Result::again.
  virtual void stop() = 0;
};

// References must outlive the result.
std::unique_ptr<Carrier> make_carrier(bus::Bus& bus, const Limits& limits,
                                      const Settings& settings);

// What shares a limit of deliveries at one time: the web address's host, mail, topics.
std::string lane_of(const Draft& settings, Kind kind);
// "POST http://…", "mail to …", "topic …"; without secrets.
std::string destination_of(const Draft& settings, Kind kind);

// The beginning of a message, cut between characters, as the log keeps it.
std::string shortened(std::string message);

// The request that a webhook gets.
outbound::HttpPost to_post(const Draft& settings, const Record& record);

// 2xx: delivered.  No answer, 408, 425, 429 and 5xx: again.  All others say that the same request
// will not be taken later, either (410 Gone even asks to be left alone), redirects among them: they
// are not followed, so the URL has to be corrected.
Outcome judge(const outbound::HttpAnswer& answer);
// A reply of 5xx is final [RFC 5321 section 4.2.1].
Outcome judge(const outbound::MailAnswer& answer);

}  // namespace tt::triggers
