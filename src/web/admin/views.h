#pragma once

// The pages of the admin.  Each is called for a person who may come in; what else is needed it
// checks itself and throws denied or not_found.

#include <optional>
#include <string>

#include "web/admin/page.h"
#include "web/auth/password_validation.h"

namespace tt::web::admin {

// --- the way in and out (accounts.cc) ---
bool may_come_in(const HttpRequest& request);
HttpResponse login(const Page& page);
HttpResponse logout(const Page& page);
HttpResponse password_change(const Page& page);
HttpResponse password_change_done(const Page& page);
// Notes in the form if the two differ, or why such a password is refused.
void check_two_passwords(const HttpRequest& request, forms::Form& form,
                         std::pair<std::string, std::string> names,
                         const auth::PersonalData& person);
// The lines of field_rows.html, with the advice for new passwords.
List password_lines(forms::Form& form, const HttpRequest& request);

// --- the index (index.cc) ---
HttpResponse index(const Page& page);
HttpResponse app_index(const Page& page, std::string_view app_label);
HttpResponse autocomplete(const Page& page);

// --- the rows of a model ---
HttpResponse change_list(const Page& page, const ModelAdmin& model);
HttpResponse add_view(const Page& page, const ModelAdmin& model);
HttpResponse change_view(const Page& page, const ModelAdmin& model, const std::string& id);
HttpResponse delete_view(const Page& page, const ModelAdmin& model, const std::string& id);
HttpResponse history_view(const Page& page, const ModelAdmin& model, const std::string& id);

// The row of that id; nullopt if the id is none or there is no such row for this person.
std::optional<orm::Record> find_row(const Page& page, const ModelAdmin& model,
                                    const std::string& id);
// Back to the index with the warning that there is no such object.
HttpResponse redirect_missing(const Page& page, const ModelAdmin& model, const std::string& id);
// The list, with the filters it had when this page was opened from there.
std::string list_url_with_filters(const Page& page, const ModelAdmin& model);

// Asks for confirmation, then deletes the chosen rows; nullopt when it is done.
std::optional<HttpResponse> delete_chosen(const Page& page, const ModelAdmin& model,
                                          const orm::Records& chosen);

// --- the accounts of web/auth (users.cc) ---
bool is_user_model(const ModelAdmin& model);
HttpResponse add_user_view(const Page& page, const ModelAdmin& model);
HttpResponse user_password_view(const Page& page, const ModelAdmin& model, const std::string& id);

// --- documentation (docs.cc); `page.base` is the admin's ---
HttpResponse doc_index(const Page& page);
HttpResponse doc_models(const Page& page);
HttpResponse doc_model(const Page& page, std::string_view app_label, std::string_view name);
HttpResponse doc_views(const Page& page);
HttpResponse doc_tags(const Page& page);
HttpResponse doc_filters(const Page& page);

}  // namespace tt::web::admin
