#include "console/admin.h"

#include <fmt/format.h>

#include <algorithm>

#include "console/audited_journal.h"
#include "console/journal.h"
#include "identity/rows.h"
#include "registry/rows.h"

namespace tt::console {

web::admin::Site make_admin(Services& services) {
  auto table = std::make_shared<TableJournal>(services.database);
  auto journal = std::make_shared<AuditedJournal>(std::move(table), services);
  web::admin::SiteOptions options;
  options.header = "Thingtank";
  options.title = "Thingtank admin";
  options.index_title = "Administration";
  options.journal = journal;
  options.change_password = [&services](const web::HttpRequest& request, const std::string& before,
                                        const std::string& after) {
    return change_own_password(services, request, before, after);
  };
  web::admin::Site site(std::move(options));
  site.add<identity::AccountRow>(account_options(services));
  site.add<identity::KeyRow>(key_options(services, journal));
  site.add<registry::FeedRow>(feed_options(services));
  return site;
}

void refuse_lookups(const web::HttpRequest& request, std::span<const std::string_view> fields) {
  for (const auto& [name, value] : request.query()) {
    auto field = std::string_view(name).substr(0, name.find("__"));
    if (std::ranges::find(fields, field) == fields.end()) continue;
    throw Error(Code::denied, fmt::format("Filtering by {} not allowed", field));
  }
}

}  // namespace tt::console
