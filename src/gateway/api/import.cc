// POST /datapoints: readings of any number of feeds, all or nothing.

#include "gateway/api/operations.h"
#include "gateway/api/readings_csv.h"
#include "wire/json_writer.h"

namespace tt::gateway::api {

Task<http::Response> import_datapoints(Call& call) {
  require_csv(call, "feed_id,stream_id,at,value");
  auto body = co_await call.request.body();
  ReadingsFormat format{.readings_max = call.services.limits.datapoints_per_import_max};
  auto rows = parse_readings(body, format);
  auto count = rows.count;
  co_await call.services.telemetry.import(*call.caller, std::move(rows.feeds));
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object().member("datapoints", count).end_object();
  co_return http::Response::json(200, std::move(text));
}

}  // namespace tt::gateway::api
