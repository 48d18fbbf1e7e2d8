#pragma once

// DatabaseSessions: sessions as rows of the application's own database.  The data is JSON, signed
// with SECRET_KEY, in the form that Django's sessions have.
//
// Small sessions are kept in memory for `recent_session_age`: what this object changes is seen at
// once, what another process changes within that time.

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/recent_map.h"
#include "orm/database.h"
#include "web/core/session.h"

namespace tt::web::auth {

// Remembered for longer than any request takes.
inline constexpr std::size_t ended_sessions_max = 10'000;
inline constexpr std::size_t recent_sessions_max = 10'000;
inline constexpr std::size_t recent_session_bytes_max = 4096;
inline constexpr Microseconds recent_session_age = std::chrono::seconds(1);
// Sessions with more are refused with too_large when they are saved.
inline constexpr std::size_t session_bytes_max = 256 * 1024;

class DatabaseSessions final : public SessionStore {
 public:
  // `database` and `clock` outlive the object.
  DatabaseSessions(orm::Database& database, std::string secret_key, const Clock& clock);

  // A row that somebody else has written counts as unknown.
  std::optional<boost::json::object> load(std::string_view key) override;
  // A session that has been erased meanwhile (somebody signed out while another request of the same
  // browser was under way) stays so.
  void save(std::string_view key, const boost::json::object& data, Time expires) override;
  void erase(std::string_view key) override;
  std::int64_t clear_expired() override;

 private:
  orm::Database& database_;
  const std::string secret_key_;
  const Clock& clock_;

  struct Recent {
    std::shared_ptr<const boost::json::object> data;
    Time expires;
    Microseconds loaded_at{0};
  };
  std::optional<boost::json::object> recent(const std::string& key);
  void keep(const std::string& key, Recent session, std::uint64_t generation);
  void forget(const std::string& key);

  std::mutex mutex_;  // of what follows
  RecentMap<std::string, Time> ended_;
  RecentMap<std::string, Recent> recent_;
  std::uint64_t generation_ = 0;  // rises when something is written
};

}  // namespace tt::web::auth
