#include "provisioning/checks.h"

#include <algorithm>
#include <unordered_set>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "provisioning/feed_template.h"
#include "registry/change.h"
#include "registry/text.h"

namespace tt::provisioning {
namespace {

// More than that many wrong serials are not named one by one.
constexpr std::size_t complaints_max = 20;

bool is_serial_character(char c) {
  bool is_digit = c >= '0' && c <= '9';
  bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return is_digit || is_letter || std::string_view("+-_:,").find(c) != std::string_view::npos;
}

class Complaints {
 public:
  void add(std::string_view line) {
    if (++count_ > complaints_max) return;
    if (!lines_.empty()) lines_ += '\n';
    lines_ += line;
  }

  void check_text(std::string_view attribute, std::string_view text, std::size_t chars_max) {
    if (!is_utf8(text) || text.find('\0') != text.npos) {
      add(fmt::format("{} is invalid", attribute));
    } else if (count_characters(text) > chars_max) {
      add(fmt::format("{} is too long (maximum is {} characters)", attribute, chars_max));
    }
  }

  void throw_if_any() const {
    if (count_ == 0) return;
    auto more = count_ > complaints_max
                    ? fmt::format("\nand {} more of the same kind", count_ - complaints_max)
                    : std::string();
    throw Error(Code::unprocessable, lines_ + more);
  }

 private:
  std::string lines_;
  std::size_t count_ = 0;
};

// A serial as far as it may stand in a message.
std::string shown(std::string_view serial) {
  if (!is_utf8(serial)) return "(not UTF-8)";
  if (serial.size() <= 64) return std::string(serial);
  return "(of " + std::to_string(serial.size()) + " bytes)";
}

void check_feed(const Product& product, const Limits& limits, Complaints& complaints) {
  auto change = feed_change(product, {});
  registry::Edit edit{.feed = change, .channels = product.feed_defaults.channels, .at = {}};
  try {
    registry::apply({}, edit, limits);
  } catch (const Error& e) {
    std::string_view rest = e.what();
    while (!rest.empty()) {
      auto end = rest.find('\n');
      complaints.add(fmt::format("feed_defaults {}", rest.substr(0, end)));
      rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
    }
  }
}

}  // namespace

bool is_serial(std::string_view serial) {
  return !serial.empty() && serial.size() <= serial_bytes_max &&
         std::ranges::all_of(serial, is_serial_character);
}

void check_product(const Product& product, const Limits& limits) {
  Complaints complaints;
  if (registry::is_blank(product.name)) complaints.add("name can't be blank");
  complaints.check_text("name", product.name, name_chars_max);
  complaints.check_text("description", product.description, limits.description_chars_max);
  complaints.throw_if_any();
  check_feed(product, limits, complaints);
  complaints.throw_if_any();
}

void check_serials(std::span<const std::string> serials, const Limits& limits) {
  if (serials.empty()) throw Error(Code::unprocessable, "devices can't be blank");
  if (serials.size() > limits.devices_per_request_max) {
    throw Error(Code::unprocessable, fmt::format("devices are too many (maximum is {}, got {})",
                                                 limits.devices_per_request_max, serials.size()));
  }
  Complaints complaints;
  std::unordered_set<std::string_view> seen;
  for (const auto& serial : serials) {
    if (serial.empty()) {
      complaints.add("serial can't be blank");
    } else if (!is_serial(serial)) {
      complaints.add(
          fmt::format("serial is invalid: {} (up to {} characters of A-Z, a-z, 0-9 and + - _ : ,)",
                      shown(serial), serial_bytes_max));
    } else if (!seen.insert(serial).second) {
      complaints.add(fmt::format("serial is given twice: {}", shown(serial)));
    }
  }
  complaints.throw_if_any();
}

}  // namespace tt::provisioning
