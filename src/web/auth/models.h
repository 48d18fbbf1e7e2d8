#pragma once

// The accounts of an application as models, so that the admin, forms and REST handle them like any
// others.  Program code makes and checks accounts with users.h.

#include <optional>
#include <string>
#include <vector>

#include "orm/orm.h"
#include "web/core/apps.h"

namespace tt::web::auth {

namespace models = tt::orm::models;

// "Enter a valid username. …", unless it is letters, digits and @ . + - _ of any language.
std::optional<std::string> check_username(const orm::Value& value);

// What somebody may do to the rows of a model: "add_station" of the model "station".
struct Permission : models::Model<Permission> {
  models::AutoField id;
  models::CharField<255> name;  // "Can add station"
  models::CharField<100> app_label;
  models::CharField<100> model;
  models::CharField<100> codename;

  static constexpr models::Meta meta{
      .ordering = {"app_label", "model", "codename"},
      .unique_together = {{"app_label", "model", "codename"}},
  };
  std::string str() const { return *app_label + " | " + *model + " | " + *name; }
};

struct Group : models::Model<Group> {
  models::AutoField id;
  models::CharField<150, models::unique> name;
  models::ManyToManyField<Permission, models::blank> permissions;

  static constexpr models::Meta meta{.ordering = {"name"}};
  std::string str() const { return name; }
};

struct User : models::Model<User> {
  models::AutoField id;
  models::CharField<150, models::unique, models::validator<check_username>,
                    models::help_text<"Required. 150 characters or fewer. Letters, digits and "
                                      "@/./+/-/_ only.">>
      username;
  models::CharField<128> password;  // as password_hash.h writes it
  models::CharField<150, models::blank> first_name;
  models::CharField<150, models::blank> last_name;
  models::EmailField<models::blank, models::verbose_name<"email address">> email;
  models::BooleanField<
      models::verbose_name<"active">,
      models::help_text<"Designates whether this user should be treated as active. Unselect this "
                        "instead of deleting accounts.">>
      is_active = true;
  models::BooleanField<
      models::verbose_name<"staff status">,
      models::help_text<"Designates whether the user can log into this admin site.">>
      is_staff = false;
  models::BooleanField<
      models::verbose_name<"superuser status">,
      models::help_text<"Designates that this user has all permissions without explicitly "
                        "assigning them.">>
      is_superuser = false;
  models::DateTimeField<models::null, models::blank, models::not_editable> last_login;
  models::DateTimeField<models::auto_now_add> date_joined;
  models::ManyToManyField<
      Group, models::blank,
      models::help_text<"The groups this user belongs to. A user will get all permissions granted "
                        "to each of their groups.">>
      groups;
  models::ManyToManyField<Permission, models::blank,
                          models::help_text<"Specific permissions for this user.">>
      user_permissions;

  static constexpr models::Meta meta{.ordering = {"username"}};
  std::string str() const { return username; }
};

// A session of DatabaseSessions.
struct SessionRow : models::Model<SessionRow> {
  models::AutoField id;
  models::CharField<40, models::unique> session_key;
  models::TextField<> session_data;  // signed
  models::DateTimeField<models::db_index> expire_date;

  static constexpr models::Meta meta{.table = "auth_session", .verbose_name = "session"};
  std::string str() const { return session_key; }
};

// What somebody did in the admin.
inline constexpr int log_addition = 1;
inline constexpr int log_change = 2;
inline constexpr int log_deletion = 3;

struct LogEntry : models::Model<LogEntry> {
  models::AutoField id;
  models::DateTimeField<models::db_index> action_time;
  models::ForeignKey<User, models::cascade> user;
  models::CharField<100> app_label;
  models::CharField<100> model;
  models::TextField<models::blank> object_id;
  models::CharField<200> object_repr;
  models::IntegerField<> action_flag;
  models::TextField<models::blank> change_message;

  static constexpr models::Meta meta{
      .verbose_name = "log entry",
      .verbose_name_plural = "log entries",
      .ordering = {"-action_time", "-id"},
      .indexes = {{"app_label", "model"}},
  };
  std::string str() const { return object_repr; }
};

// The key with which a program signs in as its user: "Authorization: Token 9944…".
struct Token : models::Model<Token> {
  models::AutoField id;
  models::CharField<40, models::unique> key;
  models::OneToOneField<User, models::cascade> user;
  models::DateTimeField<models::auto_now_add> created;

  std::string str() const { return key; }
};
// 40 hexadecimal digits.
std::string make_token_key();

std::vector<const orm::ModelInfo*> all_models();
// The app that holds all of them, labelled "auth".
App auth_app();

}  // namespace tt::web::auth
