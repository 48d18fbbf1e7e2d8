#pragma once

// Session: what the application remembers of one browser between requests.  Loaded when it is
// first touched, stored after the view if it was changed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/time.h"

namespace tt::web {

// Where sessions are kept, by a secret key of 32 characters [a-z0-9].  Calls block.
class SessionStore {
 public:
  virtual ~SessionStore() = default;
  // nullopt if unknown or over.
  virtual std::optional<boost::json::object> load(std::string_view key) = 0;
  virtual void save(std::string_view key, const boost::json::object& data, Time expires) = 0;
  virtual void erase(std::string_view key) = 0;
  // Removes what is over; how many.
  virtual std::int64_t clear_expired() = 0;
};

class Session {
 public:
  // `key` from the cookie; empty if there was none.  A key that the store does not know is never
  // taken over: the session gets a new one.  `store` outlives the session.
  Session(SessionStore& store, std::string key) : store_(store), key_(std::move(key)) {}

  // nullptr if there is no such entry.
  const boost::json::value* find(std::string_view name);
  void set(std::string_view name, boost::json::value value);
  void erase(std::string_view name);
  const boost::json::object& data();

  // A new key for the same data (when somebody signs in); the old one ends.
  void cycle_key();
  // Forgets everything and ends the key (when somebody signs out).
  void flush();

  bool is_touched() const { return touched_; }  // the answer then varies by cookie
  bool is_modified() const { return modified_; }
  // Neither a key nor data: the browser's cookie, if it has one, is of no use any more.
  bool is_empty() const { return key_.empty() && (!data_ || data_->empty()); }
  const std::string& key() const { return key_; }
  // Stores the data, under a new key if there is none yet; the key.
  const std::string& save(Time expires);

 private:
  void load();

  SessionStore& store_;
  std::string key_;
  std::optional<boost::json::object> data_;
  bool touched_ = false;
  bool modified_ = false;
  std::string retired_key_;  // to be erased when the session is saved
};

}  // namespace tt::web
