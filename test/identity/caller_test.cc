#include "identity/caller.h"

#include <doctest/doctest.h>

using namespace tt;
using namespace tt::identity;

namespace {

constexpr AccountId ann = 1, ben = 2;
const Time now = from_us(1'000'000'000);
constexpr std::uint8_t get = 1, put = 2, post = 4, del = 8;

Caller caller_with(std::vector<Permission> permissions) {
  Caller caller;
  caller.account = ann;
  caller.key = 7;
  caller.private_access = true;
  caller.permissions = std::move(permissions);
  caller.origin = {"10.0.0.1", "my-domain.com"};
  return caller;
}

Resource feed(std::int64_t id, AccountId owner, std::string_view channel = {}) {
  return {.feed = id, .channel = channel, .owner = owner, .is_private = true};
}

Resource public_feed(std::int64_t id, AccountId owner) {
  return {.feed = id, .owner = owner, .is_private = false};
}

// The methods that are allowed: "get put post delete".
std::string allowed(const Caller& caller, const Resource& resource) {
  std::string text;
  constexpr std::pair<Action, const char*> actions[] = {{Action::read, "get "},
                                                        {Action::update, "put "},
                                                        {Action::create, "post "},
                                                        {Action::remove, "delete "}};
  for (auto [action, name] : actions) {
    if (allow(caller, action, resource, now)) text += name;
  }
  return text;
}

constexpr const char* everything = "get put post delete ";

}  // namespace

TEST_CASE("each method needs a permission that names it") {
  CHECK(allowed(caller_with({}), feed(504, ann)) == "");
  CHECK(allowed(caller_with({{.actions = get}}), feed(504, ann)) == "get ");
  CHECK(allowed(caller_with({{.actions = put}}), feed(504, ann)) == "put ");
  CHECK(allowed(caller_with({{.actions = post}}), feed(504, ann)) == "post ");
  CHECK(allowed(caller_with({{.actions = del}}), feed(504, ann)) == "delete ");
  CHECK(allowed(caller_with({{.actions = get | del}}), feed(504, ann)) == "get delete ");
  CHECK(allowed(caller_with({{.actions = get}, {.actions = put}}), feed(504, ann)) == "get put ");
  CHECK(allowed(caller_with({{.actions = all_actions}}), feed(504, ann)) == everything);
}

TEST_CASE("resources limit a permission, and cascade from feed to channel") {
  auto whole_feed = caller_with({{.actions = all_actions, .resources = {{504, ""}}}});
  CHECK(allowed(whole_feed, feed(504, ann)) == everything);
  CHECK(allowed(whole_feed, feed(504, ann, "fan1")) == everything);
  CHECK(allowed(whole_feed, feed(505, ann)) == "");
  CHECK(allowed(whole_feed, Resource{}) == "");  // not a list of all feeds

  auto one_channel = caller_with({{.actions = all_actions, .resources = {{504, "fan1"}}}});
  CHECK(allowed(one_channel, feed(504, ann, "fan1")) == everything);
  CHECK(allowed(one_channel, feed(504, ann, "fan2")) == "");
  CHECK(allowed(one_channel, feed(504, ann)) == "");
  CHECK(allowed(one_channel, feed(505, ann, "fan1")) == "");

  auto mixed =
      caller_with({{.actions = put, .resources = {{1, ""}, {504, "fan1"}}}, {.actions = get}});
  CHECK(allowed(mixed, feed(504, ann, "fan1")) == "get put ");
  CHECK(allowed(mixed, feed(1, ann, "any")) == "get put ");
  CHECK(allowed(mixed, feed(9, ann)) == "get ");
}

TEST_CASE("address and referer limit a permission") {
  auto with = [](std::string address, std::string referer) {
    return caller_with({{.actions = get, .source_ip = address, .referer = referer}});
  };
  CHECK(allowed(with("", ""), feed(504, ann)) == "get ");
  CHECK(allowed(with("10.0.0.1", ""), feed(504, ann)) == "get ");
  CHECK(allowed(with("10.0.0.2", ""), feed(504, ann)) == "");
  CHECK(allowed(with("", "my-domain.com"), feed(504, ann)) == "get ");
  CHECK(allowed(with("", "www.my-domain.com"), feed(504, ann)) == "");  // subdomains differ
  CHECK(allowed(with("", "domain.com"), feed(504, ann)) == "");
  CHECK(allowed(with("10.0.0.1", "other.com"), feed(504, ann)) == "");
}

TEST_CASE("whose feed, private or public, with or without private access") {
  struct Case {
    AccountId owner;
    bool is_private, private_access;
    const char* allowed;
  };
  const Case table[] = {{ann, false, false, everything}, {ann, false, true, everything},
                        {ann, true, false, ""},          {ann, true, true, everything},
                        {ben, false, false, "get "},     {ben, false, true, "get "},
                        {ben, true, false, ""},          {ben, true, true, ""}};
  for (const auto& row : table) {
    INFO(row.owner << row.is_private << row.private_access);
    auto caller = caller_with({{.actions = all_actions}});
    caller.private_access = row.private_access;
    Resource resource = feed(504, row.owner);
    resource.is_private = row.is_private;
    CHECK(allowed(caller, resource) == row.allowed);
  }
  // A feed whose owner nobody has named is nobody's.
  CHECK(allowed(caller_with({{.actions = all_actions}}), {.feed = 504}) == "");
  // Lists and topics of no particular feed need the method only.
  CHECK(allowed(caller_with({{.actions = get | post}}), Resource{}) == "get post ");
}

TEST_CASE("an expired key allows nothing from that very moment") {
  auto caller = caller_with({{.actions = all_actions}});
  caller.expires_at = now + Microseconds(1);
  CHECK(allowed(caller, feed(504, ann)) == everything);
  caller.expires_at = now;
  CHECK(allowed(caller, feed(504, ann)) == "");
}

TEST_CASE("nobody may do nothing, whatever stands in the caller") {
  auto nobody = caller_with({{.actions = all_actions}});
  nobody.account = 0;
  CHECK(allowed(nobody, public_feed(504, ann)) == "");
  CHECK(allowed(nobody, feed(504, 0)) == "");
  CHECK_FALSE(nobody.is_master());
  CHECK(allowed(Caller{}, Resource{}) == "");
}

TEST_CASE("require says which of the two it is") {
  auto code = [](const Caller& caller, Action action) {
    try {
      require(caller, action, feed(504, ann), now);
    } catch (const Error& error) {
      return std::string(name_of(error.code()));
    }
    return std::string("ok");
  };
  CHECK(code(caller_with({{.actions = get}}), Action::read) == "ok");
  CHECK(code(caller_with({{.actions = get}}), Action::update) == "denied");
  CHECK(code(Caller{}, Action::read) == "unauthenticated");
}

TEST_CASE("a master key has everything, everywhere, in private too") {
  CHECK(caller_with({{.actions = all_actions}}).is_master());
  CHECK(caller_with({{.actions = get | put}, {.actions = post | del}}).is_master());
  CHECK_FALSE(caller_with({{.actions = get | put | post}}).is_master());
  CHECK_FALSE(caller_with({{.actions = all_actions, .resources = {{504, ""}}}}).is_master());
  CHECK_FALSE(caller_with({{.actions = all_actions, .source_ip = "10.9.9.9"}}).is_master());
  CHECK(caller_with({{.actions = all_actions, .source_ip = "10.0.0.1"}}).is_master());
  CHECK_FALSE(caller_with({}).is_master());
  auto without_private = caller_with({{.actions = all_actions}});
  without_private.private_access = false;
  CHECK_FALSE(without_private.is_master());
}
