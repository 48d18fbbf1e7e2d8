#include "web/core/messages.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "web/core/application.h"
#include "web/core/detail/request_extra.h"
#include "web/core/signing.h"

namespace tt::web {
namespace {

constexpr std::string_view salt = "django.contrib.messages";
constexpr std::string_view session_entry = "_messages";
constexpr std::size_t session_messages_max = 100;

// ["__json_message", 0, 25, "text"]; the second says that the text is no HTML.
boost::json::value packed(const Message& message) {
  return boost::json::array{"__json_message", 0, message.level, message.text};
}

void unpack(const boost::json::value& list, std::vector<Message>& into) {
  if (!list.is_array()) return;
  for (const auto& entry : list.as_array()) {
    auto parts = entry.if_array();
    if (!parts || parts->size() < 4 || !(*parts)[2].is_int64() || !(*parts)[3].is_string())
      continue;
    into.push_back(
        {static_cast<int>((*parts)[2].as_int64()), std::string((*parts)[3].as_string())});
  }
}

std::string cookie_text(const HttpRequest& request, std::span<const Message> messages) {
  boost::json::array list;
  for (const Message& message : messages) list.push_back(packed(message));
  const auto& application = request.application();
  return sign_object(list, salt, application.settings().secret_key, application.clock().now());
}

// As many of the oldest as the cookie holds; how many.
std::size_t write_cookie(const HttpRequest& request, HttpResponse& response,
                         std::span<const Message> messages) {
  auto count = messages.size();
  std::string text = cookie_text(request, messages);
  while (text.size() > messages_cookie_bytes_max && count > 0) {
    text = cookie_text(request, messages.first(--count));
  }
  if (count == 0) return 0;
  const auto& settings = request.settings();
  Cookie cookie;
  cookie.name = messages_cookie;
  cookie.value = std::move(text);
  cookie.secure = settings.session_cookie_secure;
  cookie.http_only = settings.session_cookie_httponly;
  cookie.same_site = settings.session_cookie_samesite;
  response.set_cookie(std::move(cookie));
  return count;
}

void write_session(const HttpRequest& request, std::span<const Message> messages) {
  boost::json::array list;
  if (messages.size() > session_messages_max) messages = messages.last(session_messages_max);
  for (const Message& message : messages) list.push_back(packed(message));
  request.session().set(session_entry, std::move(list));
}

}  // namespace

std::vector<Message> load_messages(const HttpRequest& request) {
  auto& extra = request.extra();
  std::vector<Message> messages;
  auto cookie = request.cookie(messages_cookie);
  if (!cookie.empty()) {
    extra.messages_in_cookie = true;
    const auto& application = request.application();
    auto list = unsign_object(cookie, salt, application.settings().secret_key,
                              {.now = application.clock().now()});
    if (list) unpack(*list, messages);
  }
  if (auto list = request.session().find(session_entry)) {
    extra.messages_in_session = true;
    unpack(*list, messages);
  }
  return messages;
}

void store_messages(const HttpRequest& request, HttpResponse& response) {
  auto& extra = request.extra();
  if (!extra.messages_added && !extra.messages_taken) return;
  if (!extra.messages_loaded) {
    auto added = std::move(extra.messages);
    extra.messages = load_messages(request);
    extra.messages.insert(extra.messages.end(), added.begin(), added.end());
    extra.messages_loaded = true;
  }
  std::span<const Message> kept = extra.messages;
  if (extra.messages_taken) kept = {};
  auto in_cookie = write_cookie(request, response, kept);
  if (in_cookie == 0 && extra.messages_in_cookie) {
    Cookie cookie;
    cookie.name = messages_cookie;
    cookie.max_age = std::chrono::seconds(0);
    cookie.same_site = request.settings().session_cookie_samesite;
    response.set_cookie(std::move(cookie));
  }
  auto rest = kept.subspan(in_cookie);
  if (!rest.empty()) {
    write_session(request, rest);
  } else if (extra.messages_in_session) {
    request.session().erase(session_entry);
  }
}

}  // namespace tt::web
