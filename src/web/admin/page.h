#pragma once

// Page: one request to the admin: what was asked, where the site is, and what every page shows.

#include <string>
#include <string_view>
#include <vector>

#include "web/admin/registry.h"
#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web::admin {

// Levels of HttpRequest::add_message.
inline constexpr int message_success = 25;
inline constexpr int message_warning = 30;
inline constexpr int message_error = 40;

struct Crumb {
  std::string label;
  std::string url;  // empty: this page
};

struct Page {
  const Registry& registry;
  const HttpRequest& request;
  std::string base;  // "/admin/"

  std::string url(std::string_view path) const { return base + std::string(path); }
  std::string list_url(const ModelAdmin& model) const { return base + model.path(); }
  std::string change_url(const ModelAdmin& model, std::int64_t id) const;
  // Empty if the row's model is not registered or this person may not see it.
  std::string change_url(const orm::Record& record) const;
  bool is_popup() const;
  // "Myapp"
  std::string app_name(std::string_view app_label) const;

  // "Home / Myapp / Stations / …"; `last` names this page.
  std::vector<Crumb> crumbs(std::string_view last) const;
  std::vector<Crumb> crumbs(const ModelAdmin& model, std::string_view last) const;
  std::vector<Crumb> crumbs(const ModelAdmin& model, const orm::Record& record,
                            std::string_view last) const;

  // The template with `context` and what all pages show: title, crumbs, the person, messages.
  HttpResponse render(std::string_view template_name, std::string_view title,
                      std::vector<Crumb> crumbs, Context context) const;
  // The apps with the models that this person may see, for index and documentation.
  List apps(std::string_view only_app = {}) const;
};

// "Station" of "station".
using forms::capitalized;

// A cell as people read it: choices by their label, times as "May 5, 2013, 7:37 a.m.", "-" for
// nothing.  Relations give their id; see RelatedTexts.
web::Value shown(const orm::FieldInfo& field, const orm::Value& value);

// The texts of rows that foreign keys refer to; each row is read once.
class RelatedTexts {
 public:
  // Reads all that the column of these rows refers to, at once.
  void load(const orm::FieldInfo& field, std::span<const orm::Record> records);
  // "-" for Null.
  std::string of(const orm::FieldInfo& field, const orm::Value& id);

 private:
  std::map<std::pair<const orm::ModelInfo*, std::int64_t>, std::string> texts_;
};

// Writes into the journal what this person did.
struct Done {
  Deed deed = Deed::change;
  std::string message = {};  // ChangeMessage::stored()
};
void note(const Page& page, const ModelAdmin& model, const orm::Record& record, Done done);

}  // namespace tt::web::admin
