#include "triggers/carrier.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "outbound/transfers.h"
#include "wire/url.h"

namespace tt::triggers {
namespace {

constexpr std::size_t message_bytes_max = 500;

std::string mail_text(const Trigger& trigger, const Record& record) {
  std::string text = record.sentence + ".\r\n\r\n";
  if (record.delivery.is_test) text += "This is a test of the trigger.\r\n\r\n";
  const auto& settings = trigger.settings;
  text += fmt::format("Feed     {}\r\nChannel  {}\r\nValue    {}\r\nAt       {}\r\n", settings.feed,
                      settings.channel, record.delivery.value,
                      format_time_seconds(record.delivery.fired_at));
  text += fmt::format("\r\nTrigger {} of {} sends this mail.\r\n", trigger.id, trigger.owner_login);
  return text;
}

// The owner of the trigger, who may publish.
identity::CallerPtr caller_of(const Trigger& trigger) {
  auto caller = std::make_shared<identity::Caller>();
  caller->account = trigger.owner;
  caller->name = trigger.owner_login;
  caller->private_access = true;
  caller->permissions.push_back({.actions = identity::all_actions});
  return caller;
}

class RealCarrier final : public Carrier {
 public:
  RealCarrier(bus::Bus& bus, const Limits& limits, const Settings& settings)
      : bus_(bus),
        http_(transfers_, outbound::Networks(settings.allowed_networks), limits.delivery_timeout),
        mail_(
            transfers_,
            {settings.mail.server, settings.mail.from, settings.mail.user, settings.mail.password},
            limits.delivery_timeout) {}

  Task<Outcome> carry(const Trigger& trigger, const Record& record) override {
    std::string failure;
    try {
      if (record.kind == Kind::webhook) co_return co_await post(trigger, record);
      if (record.kind == Kind::mail) co_return co_await mail(trigger, record);
      co_return co_await publish(trigger, record);
    } catch (const std::exception& e) {
      failure = e.what();
    }
    co_return Outcome{.result = Result::again, .message = std::move(failure)};
  }

  bool has_mail() const override { return mail_.is_configured(); }
  void stop() override { transfers_.stop(); }

 private:
  Task<Outcome> post(const Trigger& trigger, const Record& record) {
    auto post = to_post(trigger.settings, record);
    auto answer = co_await http_.post(std::move(post));
    co_return judge(answer);
  }

  Task<Outcome> mail(const Trigger& trigger, const Record& record) {
    if (!mail_.is_configured()) {
      co_return Outcome{.result = Result::failed, .message = "no mail server is configured"};
    }
    outbound::Mail mail{.id = record.delivery.id,
                        .to = trigger.settings.mail,
                        .subject = record.sentence,
                        .text = mail_text(trigger, record),
                        .at = record.delivery.fired_at};
    auto answer = co_await mail_.send(std::move(mail));
    co_return judge(answer);
  }

  Task<Outcome> publish(const Trigger& trigger, const Record& record) {
    bus::Message message;
    message.topic = trigger.settings.topic;
    message.payload = record.document;
    message.content_type = "application/json";
    message.at_least_once = true;
    std::vector<bus::Message> messages;
    messages.push_back(std::move(message));
    auto caller = caller_of(trigger);
    co_await bus_.publish(std::move(caller), std::move(messages));
    co_return Outcome{.result = Result::delivered};
  }

  bus::Bus& bus_;
  outbound::Transfers transfers_;
  outbound::HttpSender http_;
  outbound::MailSender mail_;
};

}  // namespace

std::unique_ptr<Carrier> make_carrier(bus::Bus& bus, const Limits& limits,
                                      const Settings& settings) {
  return std::make_unique<RealCarrier>(bus, limits, settings);
}

std::string lane_of(const Draft& settings, Kind kind) {
  if (kind == Kind::mail) return "mail";
  if (kind == Kind::topic) return "topic";
  auto address = outbound::parse_web_address(settings.url);
  return address ? address->scheme + "://" + address->host : std::string();
}

std::string destination_of(const Draft& settings, Kind kind) {
  if (kind == Kind::mail) return "mail to " + settings.mail;
  if (kind == Kind::topic) return "topic " + settings.topic;
  auto address = outbound::parse_web_address(settings.url);
  return "POST " + (address ? address->visible : settings.url);
}

std::string shortened(std::string message) {
  if (message.size() <= message_bytes_max) return message;
  auto size = message_bytes_max;
  while (size > 0 && (message[size] & 0xC0) == 0x80) --size;
  message.resize(size);
  return message;
}

outbound::HttpPost to_post(const Draft& settings, const Record& record) {
  outbound::HttpPost post;
  post.url = settings.url;
  if (settings.body_format == BodyFormat::json) {
    post.headers.push_back("Content-Type: application/json");
    post.body = record.document;
  } else {
    post.headers.push_back("Content-Type: application/x-www-form-urlencoded");
    post.body = "body=" + wire::percent_encode(record.document);
  }
  // The same when the same firing is sent again.
  post.headers.push_back("X-Thingtank-Delivery: " + record.delivery.id);
  if (!settings.secret.empty()) {
    auto signature = to_hex(hmac_sha256(settings.secret, post.body));
    post.headers.push_back("X-Thingtank-Signature: sha256=" + signature);
  }
  return post;
}

Outcome judge(const outbound::HttpAnswer& answer) {
  Outcome outcome{.status = answer.status,
                  .message = answer.status == 0 ? answer.problem : answer.body,
                  .retry_after = answer.retry_after,
                  .duration = answer.duration};
  auto status = answer.status;
  bool is_temporary =
      status == 0 || status == 408 || status == 425 || status == 429 || status >= 500;
  if (status >= 200 && status < 300) {
    outcome.result = Result::delivered;
  } else if (!is_temporary || answer.is_refused) {
    outcome.result = Result::failed;
  }
  return outcome;
}

Outcome judge(const outbound::MailAnswer& answer) {
  Outcome outcome{.status = answer.status, .message = answer.problem, .duration = answer.duration};
  if (answer.problem.empty()) {
    outcome.result = Result::delivered;
  } else if (answer.status >= 500) {
    outcome.result = Result::failed;
  }
  return outcome;
}

}  // namespace tt::triggers
