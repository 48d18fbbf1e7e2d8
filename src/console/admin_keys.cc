// API keys in the admin.  A key's secret is shown once, when it is made; later only its beginning.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "console/admin.h"
#include "identity/rows.h"
#include "web/core/application.h"

namespace tt::console {
namespace {

using identity::Key;
using identity::KeyDraft;
using identity::KeyRow;
using web::HttpRequest;
using web::admin::Permission;
using web::admin::Saving;
using web::forms::Field;
using web::forms::ModelForm;

constexpr int message_success = 25;
constexpr int message_warning = 30;
constexpr std::size_t secret_characters_shown = 4;
constexpr std::size_t limits_shown_max = 5;
// The new secrets stand on one page, by way of a cookie of limited size.
constexpr std::size_t renewed_at_once_max = 5;

// --- what the list shows -------------------------------------------------------------------------

std::string masked(const orm::Record& record) {
  return orm::as_text(record.get("secret")).substr(0, secret_characters_shown) + "…";
}

std::string actions_text(std::uint8_t actions) {
  constexpr std::pair<identity::Action, std::string_view> words[] = {
      {identity::Action::read, "read"},
      {identity::Action::update, "update"},
      {identity::Action::create, "create"},
      {identity::Action::remove, "delete"}};
  std::vector<std::string_view> allowed;
  for (const auto& [action, word] : words) {
    if (actions & static_cast<std::uint8_t>(action)) allowed.push_back(word);
  }
  return fmt::format("{}", fmt::join(allowed, ", "));
}

std::string limits_text(const std::vector<identity::ResourceLimit>& limits) {
  if (limits.empty()) return "everything";
  std::vector<std::string> texts;
  for (const auto& limit : limits) {
    if (texts.size() == limits_shown_max) break;
    auto channel = limit.channel.empty() ? "" : "/" + limit.channel;
    texts.push_back(fmt::format("feed {}{}", limit.feed, channel));
  }
  auto text = fmt::format("{}", fmt::join(texts, ", "));
  auto hidden = limits.size() - texts.size();
  return hidden == 0 ? text : fmt::format("{} and {} more", text, hidden);
}

std::string summary_of(const Key& key) {
  std::vector<std::string> texts;
  for (const auto& permission : key.settings.permissions) {
    auto text = actions_text(permission.actions) + ": " + limits_text(permission.resources);
    if (!permission.source_ip.empty()) text += ", from " + permission.source_ip;
    if (!permission.referer.empty()) text += ", on pages of " + permission.referer;
    texts.push_back(std::move(text));
  }
  return texts.empty() ? "nothing" : fmt::format("{}", fmt::join(texts, "; "));
}

std::optional<Key> find_key(std::int64_t id) {
  auto& session = orm::current_session();
  auto wanted = orm::objects<KeyRow>(session).filter(orm::f<&KeyRow::id> == id);
  auto keys = identity::load_keys(session, wanted);
  if (keys.empty()) return std::nullopt;
  return std::move(keys.front());
}

// --- what is stored ------------------------------------------------------------------------------

void read_form(const ModelForm& form, KeyDraft& draft) {
  const auto* is_private = std::get_if<bool>(&form.cleaned("private_access").value);
  const auto* expires = std::get_if<Time>(&form.cleaned("expires_at").value);
  draft.label = form.text("label");
  draft.private_access = is_private && *is_private;
  draft.expires_at = expires ? std::optional(*expires) : std::nullopt;
}

void tell_secret(const HttpRequest& request, std::string_view label, std::string_view secret) {
  request.add_message(
      message_warning,
      fmt::format("The secret of “{}” is {} — copy it now, it is not shown again.", label, secret));
}

void add(Services& services, const HttpRequest& request, ModelForm& form) {
  KeyDraft draft;
  read_form(form, draft);
  draft.permissions.push_back({.actions = identity::all_actions});
  const auto account = orm::as_integer(form.cleaned("account").value);
  auto key =
      wait_for(services, [&] { return services.identity.create_key(account, std::move(draft)); });
  form.record().set("id", key.id);
  tell_secret(request, key.settings.label, key.secret);
}

void change(Services& services, std::int64_t id, const std::function<void(KeyDraft&)>& edit) {
  auto key = find_key(id);
  if (!key) throw Error(Code::not_found, "the key is gone");
  edit(key->settings);
  wait_for(services, [&] { return services.identity.update_key(id, key->settings); });
}

void adjust(const HttpRequest& request, Field& field) {
  if (field.name == "account") {
    field.is_disabled = !is_adding(request);
    const bool is_unset = std::holds_alternative<orm::Null>(field.initial.value);
    if (is_adding(request) && is_unset) field.initial.value = request.user()->id;
    field.help_text = "Whose feeds the key is for.";
  } else if (field.name == "expires_at") {
    allow_nothing(field);
    field.help_text = "Empty: never. Universal time.";
  } else if (field.name == "private_access") {
    field.help_text = "May read private feeds.";
  }
}

// --- actions -------------------------------------------------------------------------------------

using Journal = std::shared_ptr<web::admin::Journal>;

void note(const Journal& journal, const HttpRequest& request, const orm::Record& record,
          std::string message) {
  journal->add({.at = request.application().clock().now(),
                .user_id = request.user()->id,
                .user = request.user()->username,
                .app_label = record.model().app_label,
                .model = "keyrow",
                .object_id = fmt::format("{}", record.id()),
                .object_text = record.text(),
                .deed = web::admin::Deed::change,
                .message = std::move(message)});
}

web::admin::Action renewal(Services& services, const Journal& journal) {
  auto run = [&services, journal](const HttpRequest& request,
                                  const orm::Records& chosen) -> std::optional<web::HttpResponse> {
    auto rows = chosen.limit(renewed_at_once_max + 1).rows();
    if (rows.size() > renewed_at_once_max) {
      request.add_message(message_warning, fmt::format("At most {} keys can get new secrets at "
                                                       "once. Nothing was changed.",
                                                       renewed_at_once_max));
      return std::nullopt;
    }
    for (const auto& row : rows) {
      const auto id = row.id();
      auto secret = wait_for(services, [&] { return services.identity.renew_key(id); });
      if (!secret) continue;
      note(journal, request, row, "Made a new secret.");
      tell_secret(request, row.text(), *secret);
    }
    return std::nullopt;
  };
  return {.name = "renew", .label = "Make new secrets", .needs = Permission::change, .run = run};
}

struct Limiting {
  std::string name;
  std::string label;
  std::uint8_t actions;
  std::string message;
};

web::admin::Action limiting(Services& services, const Journal& journal, Limiting limiting) {
  auto run = [&services, journal, limiting](
                 const HttpRequest& request,
                 const orm::Records& chosen) -> std::optional<web::HttpResponse> {
    std::size_t count = 0;
    for (const auto& row : chosen.rows()) {
      change(services, row.id(), [&](KeyDraft& draft) {
        for (auto& permission : draft.permissions) permission.actions = limiting.actions;
      });
      note(journal, request, row, limiting.message);
      ++count;
    }
    request.add_message(message_success,
                        fmt::format("Changed {} key{}.", count, count == 1 ? "" : "s"));
    return std::nullopt;
  };
  return {.name = limiting.name, .label = limiting.label, .needs = Permission::change, .run = run};
}

}  // namespace

web::admin::Options key_options(Services& services, Journal journal) {
  web::admin::Options options;
  options.columns = {
      {.name = "shown_secret", .label = "Secret", .value = masked, .order_field = ""},
      {.name = "permissions",
       .label = "May",
       .value = [](const orm::Record& record) -> web::Value {
         auto key = find_key(record.id());
         return key ? summary_of(*key) : "-";
       },
       .order_field = ""}};
  options.list_display = {"label",          "account",    "shown_secret", "permissions",
                          "private_access", "expires_at", "created"};
  options.list_filter = {"private_access", "account"};
  options.search_fields = {"label", "account__login"};
  options.ordering = {"label"};
  options.fields = {"label",       "account",      "private_access", "expires_at",
                    "permissions", "shown_secret", "created"};
  options.readonly_fields = {"permissions", "shown_secret", "created"};
  options.actions = {
      renewal(services, journal),
      limiting(services, journal,
               {"only_read", "Allow reading only",
                static_cast<std::uint8_t>(identity::Action::read), "Allowed reading only."}),
      limiting(services, journal,
               {"all_actions", "Allow reading and writing", identity::all_actions,
                "Allowed reading and writing."})};
  options.queryset = [](const HttpRequest& request, orm::Records rows) {
    constexpr std::string_view hidden[] = {"secret", "secret_hash"};
    refuse_lookups(request, hidden);
    return rows;
  };
  options.adjust_field = adjust;
  options.save_model = [&services](const HttpRequest& request, ModelForm& form, Saving saving) {
    if (saving == Saving::added) return add(services, request, form);
    change(services, form.record().id(), [&](KeyDraft& draft) { read_form(form, draft); });
  };
  options.delete_model = [&services](const HttpRequest&, const orm::Record& record) {
    wait_for(services, [&] { return services.identity.delete_key(record.id()); });
  };
  return options;
}

}  // namespace tt::console
