#include "web/template/rendering.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "web/template/date_format.h"
#include "web/template/engine.h"
#include "web/template/text.h"

namespace tt::web {

Rendering::Rendering(const Engine& engine, const Context& context)
    : engine_(engine),
      settings_(engine.settings()),
      context_(context),
      autoescape_(settings_.autoescape) {
  locals_.reserve(16);
}

Rendering::Local* Rendering::find_local(std::string_view name, std::size_t from) {
  for (auto i = locals_.size(); i > from; --i) {
    if (locals_[i - 1].name == name) return &locals_[i - 1];
  }
  return nullptr;
}

const Value* Rendering::find(std::string_view name) const {
  for (auto i = locals_.size(); i > visible_from_; --i) {
    if (locals_[i - 1].name == name) return &locals_[i - 1].get();
  }
  return outer_context_ ? context_.find(name) : nullptr;
}

void Rendering::set(std::string_view name, Value value) {
  if (auto local = find_local(name, frame_)) {
    local->borrowed = nullptr;
    local->value = std::move(value);
    return;
  }
  locals_.push_back({name, nullptr, std::move(value)});
}

void Rendering::set_upward(std::string_view name, Value value) {
  auto local = find_local(name, visible_from_);
  if (!local) return set(name, std::move(value));
  local->borrowed = nullptr;
  local->value = std::move(value);
}

void Rendering::borrow(std::string_view name, const Value& value) {
  if (auto local = find_local(name, frame_)) {
    local->borrowed = &value;
    return;
  }
  locals_.push_back({name, &value, Value()});
}

void Rendering::require_room(std::size_t bytes) const {
  auto most = settings_.limits.output_bytes_max;
  if (captured_ + out_.size() + bytes <= most) return;
  throw Error(Code::too_large, fmt::format("the page is larger than {} bytes", most));
}

void Rendering::write_html(std::string_view html) {
  require_room(html.size());
  out_ += html;
}

namespace {

constexpr double exponent_from = 1e200;  // so many digits help nobody

// People read no exponents: 1e-05 is 0.00001.
std::string full_text(double real) {
  auto text = real_text(real);
  if (text.find('e') == text.npos || std::abs(real) >= exponent_from) return text;
  char digits[512];
  auto end = std::to_chars(digits, digits + sizeof digits, real, std::chars_format::fixed).ptr;
  return {digits, end};
}

}  // namespace

void Rendering::write(const Value& value) {
  if (auto text = value.as_text()) {
    if (text->safe || autoescape_ == Autoescape::off) return write_html(text->text);
    require_room(text->text.size());
    return escape_html(text->text, out_);
  }
  if (auto integer = value.as_integer()) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, *integer).ptr;
    return write_html({digits, end});
  }
  if (auto computed = value.as_computed()) return write((*computed)());
  if (auto real = value.as_real())
    return write_html(localized(full_text(*real), settings_.numbers));
  if (auto decimal = value.as_decimal()) {
    return write_html(localized(decimal->text, settings_.numbers));
  }
  if (value.is(ValueKind::time)) return write_html(*format_date(value, "DATETIME_FORMAT"));
  if (value.is(ValueKind::date)) return write_html(*format_date(value, "DATE_FORMAT"));
  if (value.is(ValueKind::time_of_day)) return write_html(*format_clock(value, "TIME_FORMAT"));
  auto text = value.text();
  bool plain = value.is_safe() || autoescape_ == Autoescape::off;
  write_html(plain ? text : escape_html(text));
}

std::string Rendering::capture(const std::function<void()>& body) {
  std::string outer;
  outer.swap(out_);
  captured_ += outer.size();
  try {
    body();
  } catch (...) {
    captured_ -= outer.size();
    out_.swap(outer);
    throw;
  }
  captured_ -= outer.size();
  out_.swap(outer);
  return outer;
}

Rendering::Deeper::Deeper(Rendering& rendering) : rendering_(rendering) {
  if (rendering.depth_ >= rendering.settings_.limits.depth_max) {
    throw Error(Code::too_large,
                fmt::format("templates include or extend each other more than {} deep",
                            rendering.settings_.limits.depth_max));
  }
  ++rendering.depth_;
}

// What belongs to a loop outside of the island stays known inside: {% ifchanged %} compares with
// the turn before.
void Rendering::move_loops(Memories& from, Memories& to) {
  std::erase_if(from, [&](auto& memory) {
    if (memory.first.second == 0) return false;
    to.push_back(std::move(memory));
    return true;
  });
}

Rendering::Island::Island(Rendering& rendering, Variables variables)
    : rendering_(rendering),
      visible_from_(rendering.visible_from_),
      loop_(rendering.loop_),
      outer_context_(rendering.outer_context_),
      visible_(variables == Variables::visible) {
  chains_.swap(rendering.chains_);
  memories_.swap(rendering.memories_);
  if (visible_) {
    move_loops(memories_, rendering.memories_);
    return;
  }
  rendering.visible_from_ = rendering.locals_.size();
  rendering.outer_context_ = false;
  rendering.loop_ = 0;
}

Rendering::Island::~Island() {
  if (visible_) move_loops(rendering_.memories_, memories_);
  chains_.swap(rendering_.chains_);
  memories_.swap(rendering_.memories_);
  rendering_.visible_from_ = visible_from_;
  rendering_.outer_context_ = outer_context_;
  rendering_.loop_ = loop_;
}

void Rendering::keep(const std::shared_ptr<const Template>& kept) {
  if (std::ranges::find(kept_, kept) == kept_.end()) kept_.push_back(kept);
}

void Rendering::end_loop(std::uint64_t outer) {
  std::erase_if(memories_, [this](const auto& memory) { return memory.first.second == loop_; });
  loop_ = outer;
}

}  // namespace tt::web
