// Accounts in the admin: login, role and a new password.  The stored hash is never shown.

#include <algorithm>

#include "console/admin.h"
#include "identity/password.h"
#include "identity/rows.h"
#include "web/auth/password_validation.h"
#include "web/core/application.h"

namespace tt::console {
namespace {

using identity::AccountId;
using identity::Role;
using web::HttpRequest;
using web::admin::Saving;
using web::forms::Field;
using web::forms::ModelForm;

bool is_true(const orm::Value& value) {
  const auto* truth = std::get_if<bool>(&value);
  return truth && *truth;
}

Role role_in(const ModelForm& form) {
  return is_true(form.cleaned("is_admin").value) ? Role::administrator : Role::user;
}

void adjust(const HttpRequest& request, Field& field) {
  const bool adds = is_adding(request);
  if (field.name == "login") {
    field.is_disabled = !adds;
    field.help_text = adds ? "The name to sign in with. It cannot be changed later." : "";
    field.attributes.emplace_back("autocapitalize", "none");
  } else if (field.name == "password") {
    field.initial = {};
    field.widget = web::forms::Widget::password;
    field.strip = false;
    field.max_length = identity::password_bytes_max;
    field.attributes.emplace_back("autocomplete", "new-password");
    if (adds) return;
    allow_nothing(field);
    field.label = "New password";
    field.help_text = "Leave it empty to keep the password. A new one ends the account's sessions.";
  } else if (field.name == "is_admin") {
    field.help_text = "May use this admin and see everything.";
  }
}

// Nobody locks everybody out.
bool is_last_administrator(Services& services, AccountId id) {
  auto accounts = wait_for(services, [&] { return services.identity.accounts(); });
  return std::ranges::none_of(accounts, [&](const identity::Account& account) {
    return account.is_admin && account.id != id;
  });
}

void clean(Services& services, const HttpRequest& request, ModelForm& form) {
  if (form.has_cleaned("login")) {
    try {
      identity::check_login(form.text("login"));
    } catch (const Error&) {
      form.add_error("login", "Enter visible text without spaces at its ends.");
    }
  }
  if (form.has_cleaned("password") && !form.text("password").empty()) {
    const web::auth::PersonalData person{.username = orm::as_text(form.record().get("login"))};
    const auto& validators = request.settings().auth_password_validators;
    const auto password = form.text("password");
    for (auto& problem : web::auth::password_problems(password, person, validators)) {
      form.add_error("password", std::move(problem));
    }
  }
  const bool takes_role = !is_adding(request) && is_true(form.record().get("is_admin")) == false &&
                          is_last_administrator(services, form.record().id());
  if (takes_role) form.add_error("is_admin", "This is the only administrator.");
}

void add(Services& services, ModelForm& form) {
  auto account = wait_for(services, [&] {
    return services.identity.create_account(form.text("login"), form.text("password"),
                                            role_in(form));
  });
  form.record().set("id", account.id);
}

void change(Services& services, const HttpRequest& request, ModelForm& form) {
  const auto id = form.record().id();
  const auto login = orm::as_text(form.record().get("login"));
  const auto changed = form.changed_fields();
  const bool is_own = request.user()->id == id;
  if (std::ranges::count(changed, "is_admin") > 0) {
    wait_for(services, [&] { return services.identity.set_role(id, role_in(form)); });
  }
  if (form.text("password").empty()) return;
  wait_for(services, [&] { return services.identity.set_password(login, form.text("password")); });
  if (is_own) request.set_user(std::make_shared<web::User>(*request.user()));  // a new session
}

void remove(Services& services, const HttpRequest& request, const orm::Record& record) {
  if (record.id() == request.user()->id) {
    throw Error(Code::conflict, "you cannot delete the account that you are signed in with");
  }
  wait_for(services, [&] { return services.identity.delete_account(record.id()); });
}

}  // namespace

web::admin::Options account_options(Services& services) {
  web::admin::Options options;
  options.list_display = {"login", "is_admin", "created"};
  options.list_filter = {"is_admin"};
  options.search_fields = {"login"};
  options.ordering = {"login"};
  options.fields = {"login", "password", "is_admin", "created"};
  options.readonly_fields = {"created"};
  options.queryset = [](const HttpRequest& request, orm::Records rows) {
    constexpr std::string_view hidden[] = {"password"};
    refuse_lookups(request, hidden);
    return rows;
  };
  options.adjust_field = adjust;
  options.clean = [&services](const HttpRequest& request, ModelForm& form) {
    clean(services, request, form);
  };
  options.save_model = [&services](const HttpRequest& request, ModelForm& form, Saving saving) {
    saving == Saving::added ? add(services, form) : change(services, request, form);
  };
  options.delete_model = [&services](const HttpRequest& request, const orm::Record& record) {
    remove(services, request, record);
  };
  return options;
}

std::optional<std::string> change_own_password(Services& services, const HttpRequest& request,
                                               const std::string& old_password,
                                               const std::string& new_password) {
  auto* users = request.application().users();
  const auto user = request.user();
  // A wrong one counts as a failed attempt to sign in.
  auto same = users->authenticate(user->username, old_password, request.remote_address());
  if (!same) return "Your old password was entered incorrectly. Please enter it again.";
  wait_for(services, [&] { return services.identity.set_password(user->username, new_password); });
  request.set_user(std::move(same));  // a new session: the password's others have ended
  return std::nullopt;
}

}  // namespace tt::console
