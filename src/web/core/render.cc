// render(): a template with what every page of a site may show: request, user, perms, messages,
// csrf_token, csp_nonce, STATIC_URL.  Each is made when the template asks for it.

#include "base/error.h"
#include "web/core/application.h"
#include "web/core/detail/request_extra.h"
#include "web/core/messages.h"
#include "web/template/engine.h"

namespace tt::web {
namespace {

Value of_text(std::string_view text) { return Value(text); }

class UserObject final : public Object {
 public:
  explicit UserObject(UserPtr user) : user_(std::move(user)) {}

  std::optional<Value> find(std::string_view name) const override {
    const User& user = *user_;
    if (name == "username" || name == "get_username") return of_text(user.username);
    if (name == "is_authenticated") return Value(user.is_authenticated());
    if (name == "is_anonymous") return Value(!user.is_authenticated());
    if (name == "is_staff") return Value(user.is_staff);
    if (name == "is_superuser") return Value(user.is_superuser);
    if (name == "is_active") return Value(user.is_active);
    if (name == "id" || name == "pk") return user.id ? Value(user.id) : Value();
    if (name == "first_name" || name == "get_short_name") return of_text(user.first_name);
    if (name == "last_name") return of_text(user.last_name);
    if (name == "email") return of_text(user.email);
    if (name == "get_full_name") return of_text(user.full_name());
    return std::nullopt;
  }
  std::string text() const override {
    return user_->is_authenticated() ? user_->username : "AnonymousUser";
  }

 private:
  UserPtr user_;
};

// {% if perms.myapp %}, {% if perms.myapp.add_station %}
class AppPermissions final : public Object {
 public:
  AppPermissions(UserPtr user, std::string app) : user_(std::move(user)), app_(std::move(app)) {}

  std::optional<Value> find(std::string_view name) const override {
    return Value(user_->has_perm(app_ + "." + std::string(name)));
  }
  bool truth() const override {
    if (!user_->is_active) return false;
    auto first = user_->permissions.lower_bound(app_ + ".");
    return user_->is_superuser ||
           (first != user_->permissions.end() && first->starts_with(app_ + "."));
  }

 private:
  UserPtr user_;
  std::string app_;
};

class Permissions final : public Object {
 public:
  explicit Permissions(UserPtr user) : user_(std::move(user)) {}
  std::optional<Value> find(std::string_view app) const override {
    return Value(std::make_shared<const AppPermissions>(user_, std::string(app)));
  }

 private:
  UserPtr user_;
};

class MessageObject final : public Object {
 public:
  explicit MessageObject(Message message) : message_(std::move(message)) {}
  std::optional<Value> find(std::string_view name) const override {
    if (name == "message") return of_text(message_.text);
    if (name == "tags" || name == "level_tag") return of_text(message_.tag());
    if (name == "level") return Value(message_.level);
    return std::nullopt;
  }
  std::string text() const override { return message_.text; }

 private:
  Message message_;
};

// Asking whether there are any does not use them up, showing them does.
class MessagesObject final : public Object {
 public:
  explicit MessagesObject(const HttpRequest& request) : request_(request) {}
  std::optional<Value> find(std::string_view) const override { return std::nullopt; }
  bool truth() const override { return request_.has_messages(); }
  std::shared_ptr<const List> elements() const override {
    auto list = std::make_shared<List>();
    for (const Message& message : request_.take_messages()) {
      list->emplace_back(std::make_shared<const MessageObject>(message));
    }
    return list;
  }

 private:
  const HttpRequest& request_;
};

// The last value of each name, as {{ request.GET.q }} reads.
class ParametersObject final : public Object {
 public:
  explicit ParametersObject(const Parameters& parameters) : parameters_(parameters) {}
  std::optional<Value> find(std::string_view name) const override {
    if (name == "urlencode") return of_text(parameters_.urlencode());
    auto found = parameters_.find(name);
    return found ? std::optional(of_text(*found)) : std::nullopt;
  }
  bool truth() const override { return !parameters_.empty(); }

 private:
  const Parameters& parameters_;
};

class MatchObject final : public Object {
 public:
  explicit MatchObject(const ResolverMatch& match) : match_(match) {}
  std::optional<Value> find(std::string_view name) const override {
    if (name == "view_name") return of_text(match_.view_name);
    if (name == "url_name")
      return of_text(match_.view_name.substr(match_.view_name.rfind(':') + 1));
    if (name == "route") return of_text(match_.route);
    if (name != "kwargs") return std::nullopt;
    Map named;
    for (const auto& [key, value] : match_.named) named.set(key, value);
    return Value(std::move(named));
  }

 private:
  const ResolverMatch& match_;
};

class RequestObject final : public Object {
 public:
  explicit RequestObject(const HttpRequest& request) : request_(request) {}

  std::optional<Value> find(std::string_view name) const override {
    if (name == "path" || name == "path_info") return of_text(request_.path());
    if (name == "get_full_path") return of_text(request_.full_path());
    if (name == "build_absolute_uri") return of_text(request_.absolute_url(request_.full_path()));
    if (name == "method") return of_text(request_.method());
    if (name == "scheme") return of_text(request_.is_secure() ? "https" : "http");
    if (name == "is_secure") return Value(request_.is_secure());
    if (name == "get_host") return of_text(request_.host());
    if (name == "user") return Value(std::make_shared<const UserObject>(request_.user()));
    if (name == "GET") return Value(std::make_shared<const ParametersObject>(request_.query()));
    if (name == "POST") return Value(std::make_shared<const ParametersObject>(request_.form()));
    if (name == "resolver_match") {
      return Value(std::make_shared<const MatchObject>(request_.resolver_match()));
    }
    return std::nullopt;
  }
  std::string text() const override { return request_.method() + " " + request_.path(); }

 private:
  const HttpRequest& request_;
};

void add_default(Context& context, std::string_view name, Value value) {
  if (!context.contains(name)) context.set(std::string(name), std::move(value));
}

}  // namespace

Value value_of(const UserPtr& user) { return Value(std::make_shared<const UserObject>(user)); }

void add_request_variables(const HttpRequest& request, Context& context) {
  auto r = &request;
  add_default(context, "request", Value(std::make_shared<const RequestObject>(request)));
  add_default(context, "user", Value(Computed([r] { return value_of(r->user()); })));
  add_default(
      context, "perms",
      Value(Computed([r] { return Value(std::make_shared<const Permissions>(r->user())); })));
  add_default(context, "messages", Value(std::make_shared<const MessagesObject>(request)));
  add_default(context, "csrf_token", Value(Computed([r] { return Value(r->csrf_token()); })));
  add_default(context, "csp_nonce", Value(Computed([r] { return Value(r->csp_nonce()); })));
  add_default(context, "STATIC_URL", Value(request.settings().static_url));
  const auto& processors = request.application().context_processors();
  if (processors.empty()) return;
  Context more;
  for (const auto& processor : processors) processor(request, more);
  for (const auto& [name, value] : more) add_default(context, name, value);
}

HttpResponse render(const HttpRequest& request, std::string_view template_name, Context context,
                    int status) {
  add_request_variables(request, context);
  try {
    return HttpResponse(request.application().templates().render(template_name, context), status);
  } catch (const TemplateError&) {
    throw;
  } catch (const Error& e) {
    // A template that is not there is a defect of the page, not a page that is not there.
    if (e.code() == Code::not_found) throw TemplateError(Code::internal, e.what());
    throw;
  }
}

}  // namespace tt::web
