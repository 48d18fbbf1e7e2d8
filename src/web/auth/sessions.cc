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
      ended_(ended_sessions_max) {}

std::optional<boost::json::object> DatabaseSessions::load(std::string_view key) {
  auto rows = orm::objects<SessionRow>(session_for(database_));
  auto now = clock_.now();
  auto row = rows.filter("session_key"_k = key, "expire_date__gt"_k = now).first();
  if (!row) return std::nullopt;
  auto data = unsign_object(*row->session_data, session_salt, secret_key_, {.now = now});
  if (!data || !data->is_object()) return std::nullopt;
  return std::move(data->as_object());
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
}

void DatabaseSessions::erase(std::string_view key) {
  {
    std::scoped_lock lock(mutex_);
    ended_.put(std::string(key), clock_.now());
  }
  orm::objects<SessionRow>(session_for(database_)).filter("session_key"_k = key).erase();
}

std::int64_t DatabaseSessions::clear_expired() {
  auto rows = orm::objects<SessionRow>(session_for(database_));
  return rows.filter("expire_date__lte"_k = clock_.now()).erase();
}

}  // namespace tt::web::auth
