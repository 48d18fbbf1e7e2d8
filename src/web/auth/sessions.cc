#include "web/auth/sessions.h"

#include <boost/json/value.hpp>

#include "base/error.h"
#include "web/auth/current.h"
#include "web/auth/models.h"
#include "web/core/signing.h"

namespace tt::web::auth {

using namespace tt::orm::literals;

DatabaseSessions::DatabaseSessions(orm::Database& database, std::string secret_key,
                                   const Clock& clock)
    : database_(database),
      secret_key_(std::move(secret_key)),
      clock_(clock),
      ended_(ended_sessions_max),
      recent_(recent_sessions_max) {}

std::optional<boost::json::object> DatabaseSessions::recent(const std::string& key) {
  std::scoped_lock lock(mutex_);
  auto found = recent_.find(key);
  bool is_fresh = found && clock_.steady() - found->loaded_at < recent_session_age &&
                  found->expires > clock_.now();
  if (!is_fresh) return std::nullopt;
  return *found->data;
}

void DatabaseSessions::forget(const std::string& key) {
  std::scoped_lock lock(mutex_);
  ++generation_;
  recent_.erase(key);
}

// Kept unless something was written since `generation`: the row may be an old one.
void DatabaseSessions::keep(const std::string& key, Recent session, std::uint64_t generation) {
  if (&session_for(database_) != &database_) return;  // of a transaction that may not be kept
  std::scoped_lock lock(mutex_);
  if (generation == generation_) recent_.put(key, std::move(session));
}

std::optional<boost::json::object> DatabaseSessions::load(std::string_view key) {
  std::string name(key);
  if (auto known = recent(name)) return known;
  auto generation = [this] {
    std::scoped_lock lock(mutex_);
    return generation_;
  }();
  auto loaded_at = clock_.steady();
  auto rows = orm::objects<SessionRow>(session_for(database_));
  auto now = clock_.now();
  auto row = rows.filter("session_key"_k = key, "expire_date__gt"_k = now).first();
  if (!row) return std::nullopt;
  auto data = unsign_object(*row->session_data, session_salt, secret_key_, {.now = now});
  if (!data || !data->is_object()) return std::nullopt;
  auto shared = std::make_shared<const boost::json::object>(std::move(data->as_object()));
  if (row->session_data->size() <= recent_session_bytes_max) {
    keep(name, {shared, *row->expire_date, loaded_at}, generation);
  }
  return *shared;
}

void DatabaseSessions::save(std::string_view key, const boost::json::object& data, Time expires) {
  {
    std::scoped_lock lock(mutex_);
    if (ended_.find(std::string(key))) return;
  }
  auto text = sign_object(data, session_salt, secret_key_, clock_.now());
  if (text.size() > session_bytes_max) throw Error(Code::too_large, "the session is too large");
  auto& session = session_for(database_);
  session.transact_with([&](orm::Session& inside) {
    auto rows = orm::objects<SessionRow>(inside);
    auto changed = rows.filter("session_key"_k = key)
                       .update("session_data"_k = text, "expire_date"_k = expires);
    if (changed > 0) return;
    SessionRow row;
    row.session_key = std::string(key);
    row.session_data = text;
    row.expire_date = expires;
    rows.create(std::move(row));
  });
  forget(std::string(key));
}

void DatabaseSessions::erase(std::string_view key) {
  {
    std::scoped_lock lock(mutex_);
    ended_.put(std::string(key), clock_.now());
  }
  orm::objects<SessionRow>(session_for(database_)).filter("session_key"_k = key).erase();
  forget(std::string(key));
}

std::int64_t DatabaseSessions::clear_expired() {
  auto rows = orm::objects<SessionRow>(session_for(database_));
  return rows.filter("expire_date__lte"_k = clock_.now()).erase();
}

}  // namespace tt::web::auth
