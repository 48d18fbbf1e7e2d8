#include "web/core/sign_in.h"

#include <boost/json/value.hpp>

#include "base/bytes.h"
#include "base/text.h"
#include "web/core/application.h"

namespace tt::web {
namespace {

// Our sessions hold the id as text, as Django's do; 0 if there is none.
std::int64_t user_id_of(Session& session) {
  auto entry = session.find(session_user_id);
  if (!entry || !entry->is_string()) return 0;
  return parse_number<std::int64_t>(std::string_view(entry->as_string())).value_or(0);
}

bool hash_fits(Session& session, const User& user) {
  auto entry = session.find(session_user_hash);
  return entry && entry->is_string() &&
         equal_constant_time(std::string_view(entry->as_string()), user.session_hash);
}

}  // namespace

void sign_in(const HttpRequest& request, UserPtr user) {
  auto& session = request.session();
  auto before = user_id_of(session);
  if (before != 0 && (before != user->id || !hash_fits(session, *user))) {
    session.flush();
  } else {
    session.cycle_key();
  }
  session.set(session_user_id, boost::json::string(std::to_string(user->id)));
  session.set(session_user_hash, boost::json::string(user->session_hash));
  request.rotate_csrf();
  if (auto users = request.application().users()) users->signed_in(*user);
  request.set_user(std::move(user));
}

void sign_out(const HttpRequest& request) {
  request.session().flush();
  request.set_user(anonymous());
}

UserPtr session_user(const HttpRequest& request) {
  auto& session = request.session();
  auto id = user_id_of(session);
  auto users = request.application().users();
  if (id == 0 || !users) return anonymous();
  auto user = users->find(id);
  if (!user || !user->is_active) return anonymous();
  if (!hash_fits(session, *user)) {
    session.flush();
    return anonymous();
  }
  return user;
}

}  // namespace tt::web
