#include "web/core/session.h"

#include <algorithm>

#include "base/random.h"

namespace tt::web {
namespace {

constexpr std::size_t key_length = 32;

std::string make_key() {
  std::string key;
  key.reserve(key_length);
  while (key.size() < key_length) {
    for (char byte : random_bytes(key_length * 2)) {
      auto value = static_cast<unsigned char>(byte);
      // 252 = 7 * 36: all characters equally often.
      if (value >= 252 || key.size() == key_length) continue;
      value %= 36;
      key += static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
    }
  }
  return key;
}

bool is_key(std::string_view text) {
  return text.size() == key_length && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

}  // namespace

void Session::load() {
  touched_ = true;
  if (data_) return;
  if (is_key(key_)) data_ = store_.load(key_);
  // A key that we did not give out is not taken over, or somebody could plant his own.
  if (!data_) {
    key_.clear();
    data_.emplace();
  }
}

const boost::json::object& Session::data() {
  load();
  return *data_;
}

const boost::json::value* Session::find(std::string_view name) {
  load();
  return data_->if_contains(name);
}

void Session::set(std::string_view name, boost::json::value value) {
  load();
  data_->insert_or_assign(name, std::move(value));
  modified_ = true;
}

void Session::erase(std::string_view name) {
  load();
  if (data_->erase(name) > 0) modified_ = true;
}

void Session::cycle_key() {
  load();
  if (!key_.empty()) retired_key_ = std::exchange(key_, {});
  modified_ = true;
}

void Session::flush() {
  if (is_key(key_)) store_.erase(key_);
  key_.clear();
  data_.emplace();
  touched_ = true;
  modified_ = true;
}

const std::string& Session::save(Time expires) {
  load();
  if (key_.empty()) key_ = make_key();
  store_.save(key_, *data_, expires);
  if (!retired_key_.empty()) store_.erase(std::exchange(retired_key_, {}));
  modified_ = false;
  return key_;
}

}  // namespace tt::web
