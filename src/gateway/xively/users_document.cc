#include "gateway/xively/users_document.h"

#include "base/error.h"
#include "gateway/xively/errors.h"
#include "gateway/xively/scalar.h"
#include "wire/json.h"
#include "wire/json_writer.h"
#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

using wire::JsonKind;
using wire::JsonValue;

constexpr std::string_view user_role = "user";
constexpr std::string_view administrator_role = "administrator";
constexpr wire::XmlLimits xml_limits{.bytes_max = 64 * 1024, .depth_max = 8};

std::string_view name_of(const identity::Account& account) {
  return account.is_admin ? administrator_role : user_role;
}

// --- reading -----------------------------------------------------------------------------------

std::string text(JsonValue value, std::string_view what) {
  if (value.is(JsonKind::array) || value.is(JsonKind::object)) throw wrong(what, "is invalid");
  return value.is(JsonKind::null) ? std::string() : std::string(value.text());
}

void add_role(UserInput& input, std::string_view name) {
  if (name != user_role && name != administrator_role) {
    throw wrong("roles", "must be of user and administrator");
  }
  if (!input.role) input.role = identity::Role::user;
  if (name == administrator_role) input.role = identity::Role::administrator;
}

UserInput parse_json(std::string_view body, const Limits& limits) {
  auto document = wire::read_json(body, limits.json_depth_max);
  if (!document) throw Error(Code::invalid, document.error().message);
  auto user = document->root().find("user");
  if (!user || !user->is(JsonKind::object)) throw wrong("user", "can't be blank");
  UserInput input;
  for (auto [key, member] : user->members()) {
    if (key == "login") input.login = text(member, "login");
    if (key == "password") input.password = text(member, "password");
    if (key != "roles") continue;
    for (auto role : member.elements()) add_role(input, text(role, "roles"));
  }
  return input;
}

UserInput parse_xml(std::string_view body) {
  auto document = wire::read_xml(body, xml_limits);
  if (!document) throw Error(Code::invalid, document.error().message);
  auto user = document->root();
  if (std::string_view(user.name()) != "user") throw wrong("user", "can't be blank");
  UserInput input;
  if (auto login = user.child("login")) input.login = login.text().get();
  if (auto password = user.child("password")) input.password = password.text().get();
  for (auto role : user.child("roles").children("role")) add_role(input, role.text().get());
  return input;
}

// --- writing -----------------------------------------------------------------------------------

void append_json(wire::JsonWriter& json, const identity::Account& account) {
  json.begin_object().member("login", account.login).key("roles").begin_array();
  json.value(name_of(account)).end_array().end_object();
}

void append_xml(wire::XmlWriter& xml, const identity::Account& account) {
  xml.begin("user").element("login", account.login);
  xml.begin("roles").attribute("type", "array").element("role", name_of(account)).end().end();
}

void require_format(Format format) {
  if (format != Format::json && format != Format::xml) throw not_acceptable();
}

}  // namespace

UserInput parse_user(std::string_view body, Format format, const Limits& limits) {
  require_format(format);
  return format == Format::xml ? parse_xml(body) : parse_json(body, limits);
}

std::string user_document(const identity::Account& account, Format format) {
  require_format(format);
  std::string out;
  if (format == Format::xml) {
    wire::XmlWriter xml(out);
    xml.declaration();
    append_xml(xml, account);
    return out;
  }
  wire::JsonWriter json(out);
  json.begin_object().key("user");
  append_json(json, account);
  json.end_object();
  return out;
}

std::string users_document(std::span<const identity::Account> accounts, Format format) {
  require_format(format);
  std::string out;
  if (format == Format::xml) {
    wire::XmlWriter xml(out);
    xml.declaration().begin("users").attribute("type", "array");
    for (const auto& account : accounts) append_xml(xml, account);
    xml.end();
    return out;
  }
  wire::JsonWriter json(out);
  json.begin_object().member("totalResults", accounts.size()).key("users").begin_array();
  for (const auto& account : accounts) append_json(json, account);
  json.end_array().end_object();
  return out;
}

}  // namespace tt::gateway::xively
