#include "triggers/draft.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "bus/topic.h"
#include "registry/text.h"
#include "triggers/condition.h"

namespace tt::triggers {
namespace {

constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t text_characters_max = 255;

class Complaints {
 public:
  void add(std::string_view complaint) {
    if (!text_.empty()) text_ += '\n';
    text_ += complaint;
  }
  void throw_if_any() const {
    if (!text_.empty()) throw Error(Code::unprocessable, text_);
  }

 private:
  std::string text_;
};

bool is_text(std::string_view text, std::size_t characters_max) {
  auto is_control = [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; };
  return is_utf8(text) && std::ranges::none_of(text, is_control) &&
         count_characters(text) <= characters_max;
}

void check_threshold(Draft& draft, Complaints& complaints) {
  if (!needs_threshold(draft.condition)) {
    draft.threshold.clear();
  } else if (registry::is_blank(draft.threshold)) {
    complaints.add("threshold_value can't be blank");
  } else if (!is_text(draft.threshold, text_characters_max)) {
    complaints.add("threshold_value is invalid");
  } else if (draft.condition != Condition::eq && !numeric(draft.threshold)) {
    complaints.add("threshold_value is not a number");
  }
}

void check_url(const Draft& draft, Complaints& complaints) {
  if (draft.url.empty()) {
    bool has_other = !draft.mail.empty() || !draft.topic.empty();
    if (!has_other && draft.severity == Severity::none) complaints.add("url can't be blank");
    return;
  }
  bool is_valid = draft.url.size() <= url_bytes_max && is_text(draft.url, url_bytes_max) &&
                  outbound::parse_web_address(draft.url);
  if (!is_valid) complaints.add("url is invalid");
}

void check_mail(const Draft& draft, const Carrier& carrier, Complaints& complaints) {
  if (draft.mail.empty()) return;
  if (!outbound::is_mail_address(draft.mail)) {
    complaints.add("mail is invalid");
  } else if (!carrier.has_mail()) {
    complaints.add("mail can't be sent: an administrator must name a server in [mail]");
  }
}

void check_topic(const Draft& draft, const Limits& limits, Complaints& complaints) {
  const auto& topic = draft.topic;
  if (topic.empty()) return;
  bool is_valid = is_utf8(topic) && bus::is_topic(topic) && !topic.starts_with('$') &&
                  topic.size() <= limits.topic_bytes_max &&
                  bus::count_levels(topic) <= limits.topic_levels_max;
  if (!is_valid) complaints.add("topic is invalid");
  // A firing that is a reading could make its own trigger fire.
  if (bus::is_under(topic, "feeds")) complaints.add("topic can't be below feeds/");
}

}  // namespace

Draft checked(Draft draft, const Carrier& carrier, const Limits& limits) {
  Complaints complaints;
  draft.threshold = trimmed(draft.threshold);
  check_threshold(draft, complaints);
  check_url(draft, complaints);
  check_mail(draft, carrier, complaints);
  check_topic(draft, limits, complaints);
  if (!is_text(draft.secret, text_characters_max)) complaints.add("secret is invalid");
  complaints.throw_if_any();
  return draft;
}

}  // namespace tt::triggers
