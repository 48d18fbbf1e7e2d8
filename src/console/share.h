#pragma once

// Share: dashboards for everybody who has their link, without an account.
//
//   GET /share/TOKEN                 the page
//   GET /share/TOKEN/api/dashboard   {"name","layout","now"}
//   GET /share/TOKEN/api/values      {"now","feeds":[…]}, each as GET /v2/feeds/ID gives it, but
//                                    with the channels of the dashboard only and the place only if
//                                    a map shows it
//   GET /share/TOKEN/api/series?…    as /console/api/series, for channels of the dashboard only
//   GET /share/TOKEN/api/latest?…    as /console/api/latest, the same
//
// A link shows what the dashboard's owner may read at this moment and nothing besides; there is
// nothing to write.  A link that was withdrawn is answered with 404 from then on.

#include <mutex>
#include <string>
#include <utility>

#include "base/recent_map.h"
#include "console/dashboards.h"
#include "host/host.h"
#include "http/router.h"

namespace tt::console {

class Share final : public Service {
 public:
  // `services` must outlive this.
  explicit Share(Services& services)
      : services_(services),
        dashboards_(services.database, services.pool, services.clock, services.limits) {}

  void add_routes(http::Router& router);

 private:
  struct Shown;  // a dashboard, and as whom its link reads
  using Operation = Task<http::Response> (Share::*)(http::Request& request, const Shown& shown);
  http::Handler handler(Operation operation);
  Task<http::Response> answer(http::Request& request, Operation operation);
  Task<http::Response> page(http::Request& request);

  // Throws not_found, or exhausted if the link was used too often in this minute.
  Task<Shown> open(http::Request& request);
  void take_request(DashboardId id);

  Task<http::Response> dashboard(http::Request& request, const Shown& shown);
  Task<http::Response> values(http::Request& request, const Shown& shown);
  Task<http::Response> series(http::Request& request, const Shown& shown);
  Task<http::Response> latest(http::Request& request, const Shown& shown);
  // The feed and the channel that the query names.  Throws not_found unless the link shows it.
  Task<registry::FeedPtr> shown_feed(http::Request& request, const Shown& shown);

  // Requests of one dashboard in the minute that began at `start`.
  struct Minute {
    Microseconds start{0};
    std::size_t requests = 0;
  };

  Services& services_;
  Dashboards dashboards_;
  std::mutex mutex_;
  RecentMap<DashboardId, Minute> minutes_{10'000};
};

}  // namespace tt::console
