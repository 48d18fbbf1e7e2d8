#pragma once

// Site: the admin: pages on which staff looks at, adds, changes and deletes the rows of models.
//
//   admin::Site site;
//   site.add<Station>();
//   site.add<Reading>({.list_display = {"id", "value"}, .search_fields = {"device__serial"}});
//   const UrlPatterns urlpatterns = {url("^admin/", include(site.urls(), "admin"))};
//   …
//   parts.templates = admin::templates();        // see files.h
//   parts.static_files = admin::static_files();
//
// Who may come in: users that are active and staff; what they may do is said by their permissions
// "app.view_model", "app.add_model", "app.change_model" and "app.delete_model".  The labels of apps
// and models are those of orm::ModelInfo, the model's name in lower case.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "orm/model.h"
#include "web/admin/journal.h"
#include "web/admin/options.h"
#include "web/core/urls.h"

namespace tt::web::admin {

class Registry;

struct SiteOptions {
  std::string header = "Administration";  // beside the logo
  std::string title = "Site admin";       // in titles of pages
  std::string index_title = "Site administration";
  std::string site_url = "/";        // of "View site"; empty: no link
  std::shared_ptr<Journal> journal;  // the table of web/auth if null
  // Instead of the accounts of web/auth: checks the old password and sets the new one; the message
  // why not.  With `has_password_change` false there is no such page.
  std::function<std::optional<std::string>(const HttpRequest&, const std::string& old_password,
                                           const std::string& new_password)>
      change_password;
  bool has_password_change = true;
};

class Site {
 public:
  explicit Site(SiteOptions options = {});

  template <class M>
  Site& add(Options options = {}) {
    return add(orm::model_info<M>(), std::move(options));
  }
  // Throws invalid if the model is there already.
  Site& add(const orm::ModelInfo& model, Options options);
  // The accounts of web/auth: users with a form for their password, and groups.
  Site& add_accounts();

  // All pages, with names ("index", "myapp_station_changelist", "myapp_station_add",
  // "myapp_station_change", …); include them with the namespace "admin".  Throws invalid, naming
  // model, option and what is wrong, if an option names what is not there.  The patterns share the
  // registrations; the Site may go.
  UrlPatterns urls() const;
  // The documentation of models, views, tags and filters, which urls() has at "doc/" as well.
  UrlPatterns doc_urls() const;

 private:
  std::shared_ptr<Registry> registry_;
};

}  // namespace tt::web::admin
