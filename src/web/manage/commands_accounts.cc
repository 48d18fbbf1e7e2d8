// createsuperuser, changepassword, clearsessions.
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "base/error.h"
#include "orm/orm.h"
#include "web/auth/models.h"
#include "web/auth/password_validation.h"
#include "web/manage/commands.h"

namespace tt::web {
namespace {

constexpr const char* password_variable = "THINGTANK_SUPERUSER_PASSWORD";

// The terminal does not show what is typed while this lives.
class NoEcho {
 public:
  NoEcho() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!is_terminal_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool is_terminal_;
};

std::string ask(const std::string& question) {
  std::cout << question << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) throw Error(Code::cancelled, "the input has ended");
  return answer;
}

std::string ask_secretly(const std::string& question) {
  NoEcho no_echo;
  std::string answer = ask(question);
  std::cout << '\n';
  return answer;
}

bool is_accepted(const Settings& settings, const std::string& password,
                 const auth::PersonalData& person) {
  auto problems = auth::password_problems(password, person, settings.auth_password_validators);
  for (const std::string& problem : problems) std::cout << problem << '\n';
  if (problems.empty()) return true;
  std::string answer = ask("Bypass password validation and create user anyway? [y/N]: ");
  return answer == "y" || answer == "Y";
}

std::string ask_for_password(const Settings& settings, const auth::PersonalData& person) {
  for (;;) {
    std::string password = ask_secretly("Password: ");
    if (ask_secretly("Password (again): ") != password) {
      std::cout << "Error: Your passwords didn't match.\n";
    } else if (password.empty()) {
      std::cout << "Error: Blank passwords aren't allowed.\n";
    } else if (is_accepted(settings, password, person)) {
      return password;
    }
  }
}

struct SuperuserOptions {
  auth::NewUser user;
  bool no_input = false;
};

void complete(SuperuserOptions& options, const Settings& settings) {
  auth::NewUser& user = options.user;
  const char* given = std::getenv(password_variable);
  if (given != nullptr) user.password = given;
  if (options.no_input) {
    if (user.username.empty()) throw Error(Code::invalid, "--noinput needs --username");
    if (!user.password) {
      throw Error(Code::invalid, fmt::format("--noinput takes the password from the environment: "
                                             "set {}",
                                             password_variable));
    }
    return;
  }
  while (user.username.empty()) user.username = ask("Username: ");
  if (user.email.empty()) user.email = ask("Email address: ");
  if (user.password) return;
  auth::PersonalData person{.username = user.username, .email = user.email};
  user.password = ask_for_password(settings, person);
}

void add_createsuperuser(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("createsuperuser", "Make an account that may do everything");
  auto options = std::make_shared<SuperuserOptions>();
  verb->add_option("--username", options->user.username, "its name");
  verb->add_option("--email", options->user.email, "its address");
  verb->add_flag("--noinput,--no-input", options->no_input,
                 fmt::format("ask nothing; the password is in {}", password_variable));
  verb->callback([&site, options] {
    complete(*options, site().settings());
    site().users().create_superuser(options->user);
    std::cout << "Superuser created successfully.\n";
  });
}

void change_password(LoadedSite& site, const std::string& username) {
  auto found = orm::objects<auth::User>(site.database())
                   .filter(orm::f<&auth::User::username> == username)
                   .first();
  if (!found) throw Error(Code::not_found, fmt::format("there is no user '{}'", username));
  auth::PersonalData person{*found->username, *found->first_name, *found->last_name, *found->email};
  std::cout << fmt::format("Changing password for user '{}'\n", username);
  site.users().set_password(*found->id, ask_for_password(site.settings(), person));
  std::cout << fmt::format("Password changed successfully for user '{}'\n", username);
}

void add_changepassword(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("changepassword", "Give an account a new password");
  auto username = std::make_shared<std::string>();
  verb->add_option("username", *username, "its name")->required();
  verb->callback([&site, username] { change_password(site(), *username); });
}

void add_clearsessions(CLI::App& cli, const GetSite& site) {
  auto* verb = cli.add_subcommand("clearsessions", "Remove sessions that are over");
  verb->callback([&site] {
    std::cout << fmt::format("{} sessions removed\n", site().sessions().clear_expired());
  });
}

}  // namespace

void add_account_commands(CLI::App& cli, const GetSite& site) {
  add_createsuperuser(cli, site);
  add_changepassword(cli, site);
  add_clearsessions(cli, site);
}

}  // namespace tt::web
