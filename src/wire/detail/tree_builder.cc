#include "wire/detail/tree_builder.h"

#include <utility>

#include "base/bytes.h"

namespace tt::wire::detail {

const char* TreeBuilder::add(boost::json::value value) {
  if (const char* wrong = check_room()) return wrong;
  if (key_is_due()) return "a key must be text";
  place(std::move(value));
  close_full();
  return nullptr;
}

const char* TreeBuilder::add_text(std::string_view text) {
  if (!is_utf8(text)) return "text is not UTF-8";
  if (!key_is_due()) return add(boost::json::string(text));
  if (const char* wrong = check_room()) return wrong;
  open_.back().key = text;
  open_.back().has_key = true;
  return nullptr;
}

const char* TreeBuilder::add_binary(std::string_view bytes) {
  return add(boost::json::string(binary_to_text(bytes)));
}

const char* TreeBuilder::begin_array(std::uint64_t count) {
  return begin(boost::json::array(), count);
}

const char* TreeBuilder::begin_object(std::uint64_t count) {
  return begin(boost::json::object(), count);
}

const char* TreeBuilder::end() {
  if (open_.empty() || open_.back().remaining != until_end) return "end without a beginning";
  if (open_.back().has_key) return "key without a value";
  open_.back().remaining = 0;
  close_full();
  return nullptr;
}

const char* TreeBuilder::begin(boost::json::value container, std::uint64_t count) {
  if (const char* wrong = check_room()) return wrong;
  if (key_is_due()) return "a key must be text";
  if (open_.size() == limits_.depth_max) return "nested too deeply";
  open_.push_back(
      {.container = std::move(container), .remaining = count, .key = {}, .has_key = false});
  close_full();
  return nullptr;
}

const char* TreeBuilder::check_room() {
  return values_++ == limits_.values_max ? "too many values" : nullptr;
}

bool TreeBuilder::key_is_due() const {
  return !open_.empty() && open_.back().container.is_object() && !open_.back().has_key;
}

void TreeBuilder::place(boost::json::value value) {
  if (open_.empty()) {
    root_ = std::move(value);
    complete_ = true;
    return;
  }
  Open& inner = open_.back();
  if (inner.remaining != until_end) --inner.remaining;
  if (inner.container.is_array()) {
    inner.container.get_array().push_back(std::move(value));
  } else {
    inner.container.get_object().insert_or_assign(inner.key, std::move(value));
    inner.has_key = false;
  }
}

void TreeBuilder::close_full() {
  while (!open_.empty() && open_.back().remaining == 0) {
    auto value = std::move(open_.back().container);
    open_.pop_back();
    place(std::move(value));
  }
}

}  // namespace tt::wire::detail
