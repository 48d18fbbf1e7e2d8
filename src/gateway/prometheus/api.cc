#include "gateway/prometheus/api.h"

#include <set>

#include "base/log.h"
#include "gateway/prometheus/readings.h"
#include "gateway/prometheus/results.h"
#include "host/authenticate.h"
#include "wire/json_writer.h"
#include "wire/url.h"

namespace tt::gateway::prometheus {
namespace {

using wire::JsonWriter;

constexpr std::string_view root = "/prometheus/api/v1";
// The Prometheus whose API this is a part of; Grafana asks for it to know what it may use.
constexpr std::string_view version_of_api = "2.42.0";
// Less than so many pieces are looked at where we are, more on a thread of the pool.
constexpr std::size_t work_in_place_max = 20'000;

// A POST brings its parameters as a form.
Task<Parameters> read_parameters(http::Request& request) {
  Parameters parameters = request.query_values();
  if (request.method() != http::Method::post) co_return parameters;
  auto body = co_await request.body();
  auto form = wire::parse_query(body);
  if (!form) throw Error(Code::invalid, "the form is malformed: " + form.error().message);
  for (const auto& [name, value] : form->parameters()) parameters.emplace_back(name, value);
  co_return parameters;
}

std::string_view warning_of(const Entries& entries) {
  return entries.is_complete ? "" : "there are more series than are listed here; add matchers";
}

std::string list_of(const std::set<std::string>& texts) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  for (const auto& text : texts) json.value(std::string_view(text));
  json.end_array();
  return out;
}

struct Windows {
  const Selection& selection;
  const Steps& steps;
};

Task<std::vector<double>> values_of(rt::OffloadPool& pool, const std::vector<Piece>& pieces,
                                    const Windows& windows) {
  auto compute = [&] { return over_windows(pieces, windows.selection, windows.steps); };
  bool is_small = work_of(pieces.size(), windows.selection, windows.steps) < work_in_place_max;
  if (is_small) co_return compute();
  co_return co_await rt::offload(pool, compute);
}

}  // namespace

void Api::add_routes(http::Router& router) {
  add(router, "/query", &Api::query);
  add(router, "/query_range", &Api::query_range);
  add(router, "/series", &Api::series);
  add(router, "/labels", &Api::labels);
  add(router, "/label/{name}/values", &Api::label_values);
  add(router, "/metadata", &Api::metadata);
  add(router, "/status/buildinfo", &Api::build_info);
}

void Api::add(http::Router& router, std::string_view path, Operation operation) {
  auto handler = [this, operation](http::Request& request) { return answer(request, operation); };
  auto pattern = std::string(root).append(path);
  router.add(http::Method::get, pattern, handler);
  router.add(http::Method::post, pattern, handler);
}

Task<http::Response> Api::answer(http::Request& request, Operation operation) {
  std::optional<Error> problem;
  try {
    auto body = co_await run(request, operation);
    co_return http::Response::json(200, std::move(body));
  } catch (const Error& e) {
    problem = e;
  }
  auto status = http::status_of(problem->code());
  std::string_view message = problem->what();
  if (status == 500) {
    log::error("Prometheus query failed",
               {{"code", name_of(problem->code())}, {"error", problem->what()}});
    message = "something went wrong on our side; the server's log has the details";
  }
  auto response = http::Response::json(status, failure(type_of(problem->code()), message));
  if (status == 401) response.set("WWW-Authenticate", "Basic realm=\"Thingtank\"");
  co_return response;
}

Task<std::string> Api::run(http::Request& request, Operation operation) {
  auto caller = co_await authenticate(services_, request);
  if (!caller || caller->is_revoked()) {
    throw Error(Code::unauthenticated,
                "send login and password (Basic) or an API key (Authorization: Bearer KEY)");
  }
  if (!services_.identity.take_call(*caller)) {
    throw Error(Code::exhausted, "you have used up your calls for now; try again in a minute");
  }
  Call call{*caller, request, {}};
  call.parameters = co_await read_parameters(request);
  co_return co_await (this->*operation)(call);
}

Task<Selected> Api::select(const Call& call, const Expression& query, const Steps& steps) {
  Selected selected;
  Budget budget(services_.limits.prometheus_samples_max);
  for (const auto* selection : selections_of(query)) {
    auto found = co_await find_entries(services_, call.caller, selection->matchers);
    if (!found.is_complete) {
      throw Error(Code::unprocessable,
                  fmt::format("a selector has to look at more than {} series or {} feeds; name the "
                              "feeds, e.g. feed=\"504\" or feed=~\"504|505\"",
                              services_.limits.prometheus_series_max,
                              services_.limits.prometheus_feeds_max));
    }
    auto& series = selected[selection];
    for (auto& entry : found.entries) {
      budget.take(steps.count);
      Source source{services_.archive, entry.series, budget};
      auto pieces = co_await read_pieces(source, *selection, steps);
      if (pieces.empty()) continue;
      budget.work(work_of(pieces.size(), *selection, steps));
      Windows windows{*selection, steps};
      auto values = co_await values_of(services_.pool, pieces, windows);
      series.push_back({std::move(entry.labels), std::move(values)});
    }
  }
  co_return selected;
}

Task<std::string> Api::query(const Call& call) {
  auto steps = instant_of(call.parameters, services_.clock.now());
  auto parsed = query_of(call.parameters, services_.limits);
  auto selected = co_await select(call, *parsed, steps);
  auto finish = [&] { return success(instant_result(evaluate(*parsed, selected, steps), steps)); };
  co_return co_await rt::offload(services_.pool, finish);
}

Task<std::string> Api::query_range(const Call& call) {
  auto steps = range_of(call.parameters, services_.limits);
  auto parsed = query_of(call.parameters, services_.limits);
  auto selected = co_await select(call, *parsed, steps);
  auto finish = [&] { return success(range_result(evaluate(*parsed, selected, steps), steps)); };
  co_return co_await rt::offload(services_.pool, finish);
}

Task<Entries> Api::listed(const Call& call) {
  auto selectors = selectors_of(call.parameters, services_.limits);
  if (selectors.empty()) selectors.emplace_back();
  Entries all;
  for (const auto& matchers : selectors) {
    auto found = co_await find_entries(services_, call.caller, matchers);
    all.is_complete = all.is_complete && found.is_complete;
    std::ranges::move(found.entries, std::back_inserter(all.entries));
  }
  co_return all;
}

Task<std::string> Api::series(const Call& call) {
  if (values_of(call.parameters, "match[]").empty()) {
    throw Error(Code::invalid, "no match[] parameter provided");
  }
  auto found = co_await listed(call);
  std::set<Labels> distinct;
  for (auto& entry : found.entries) distinct.insert(std::move(entry.labels));
  std::string data;
  JsonWriter json(data);
  json.begin_array();
  for (const auto& labels : distinct) {
    json.begin_object();
    for (const auto& [name, value] : labels) json.member(name, std::string_view(value));
    json.end_object();
  }
  json.end_array();
  co_return success(data, warning_of(found));
}

Task<std::string> Api::labels(const Call& call) {
  auto found = co_await listed(call);
  std::set<std::string> names;
  for (const auto& entry : found.entries) {
    for (const auto& [name, value] : entry.labels) names.insert(name);
  }
  co_return success(list_of(names), warning_of(found));
}

Task<std::string> Api::label_values(const Call& call) {
  auto name = call.request.parameter("name");
  auto found = co_await listed(call);
  std::set<std::string> values;
  for (const auto& entry : found.entries) {
    auto value = entry.labels.value_of(name);
    if (!value.empty()) values.emplace(value);
  }
  bool all = values_of(call.parameters, "match[]").empty();
  if (name == name_label && all && !values.empty()) values.emplace(fixed_name);
  co_return success(list_of(values), warning_of(found));
}

// {"temperature":[{"type":"gauge","help":"","unit":"Celsius"}],…}
Task<std::string> Api::metadata(const Call& call) {
  Matchers matchers;
  auto metric = value_of(call.parameters, "metric");
  if (!metric.empty()) {
    matchers.push_back({std::string(name_label), MatchKind::equal, std::string(metric), {}});
  }
  auto found = co_await find_entries(services_, call.caller, matchers);
  std::map<std::string, std::string, std::less<>> units;
  for (const auto& entry : found.entries) {
    units.emplace(entry.labels.value_of(name_label), entry.unit.label);
  }
  std::string data;
  JsonWriter json(data);
  json.begin_object();
  for (const auto& [name, unit] : units) {
    json.key(name).begin_array().begin_object().member("type", "gauge");
    json.member("help", "").member("unit", std::string_view(unit)).end_object().end_array();
  }
  json.end_object();
  co_return success(data, warning_of(found));
}

Task<std::string> Api::build_info(const Call&) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().member("version", version_of_api).member("revision", "thingtank");
  json.member("branch", "").member("buildUser", "").member("buildDate", "");
  json.member("goVersion", "").end_object();
  co_return success(data);
}

}  // namespace tt::gateway::prometheus
