// template_bench: rendering of a small home page and of a table with 100 rows.
#include <benchmark/benchmark.h>

#include "web/template/engine.h"

using namespace tt;
using namespace tt::web;

namespace {

constexpr std::string_view base_page = R"(<!doctype html>
<html><head><title>{% block title %}Weather{% endblock %}</title></head>
<body><h1>{% block heading %}{% endblock %}</h1>{% block content %}{% endblock %}</body></html>
)";

constexpr std::string_view home_page = R"(<!doctype html>
<html><head><title>{{ title }}</title></head>
<body>
{% if name %}<h1>Weather in {{ name }}</h1>{% else %}<h1>Weather</h1>{% endif %}
<p>Temperature: {{ temperature }}</p>
<p>Position: {{ position.lat }}, {{ position.lng }}</p>
</body></html>
)";

constexpr std::string_view table_page = R"({% extends "base.html" %}
{% block heading %}Stations{% endblock %}
{% block content %}<table>
{% for station in stations %}<tr class="{% cycle "odd" "even" %}"><td>{{ forloop.counter }}</td>
<td>{{ station.name }}</td><td>{{ station.temperature|floatformat:1 }}</td>
<td>{{ station.lat }}</td><td>{% if station.active %}on{% else %}off{% endif %}</td></tr>
{% endfor %}</table>{% endblock %}
)";

Engine make_engine() {
  std::map<std::string, std::string, std::less<>> sources{{"base.html", std::string(base_page)},
                                                          {"home.html", std::string(home_page)},
                                                          {"table.html", std::string(table_page)}};
  return Engine(std::make_unique<MapLoader>(std::move(sources)));
}

void home(benchmark::State& state) {
  auto engine = make_engine();
  Context context{{"title", "Weather station"},
                  {"name", "Chandigarh & around"},
                  {"temperature", 28},
                  {"position", Map{{"lat", "30.733315"}, {"lng", "76.779418"}}}};
  for (auto _ : state) benchmark::DoNotOptimize(engine.render("home.html", context));
}
BENCHMARK(home);

void table(benchmark::State& state) {
  auto engine = make_engine();
  List stations;
  for (int i = 0; i < 100; ++i) {
    stations.push_back(Map{{"name", "Station <" + std::to_string(i) + ">"},
                           {"temperature", 20 + i / 7.0},
                           {"lat", i},
                           {"active", i % 3 == 0}});
  }
  Context context{{"stations", std::move(stations)}};
  for (auto _ : state) benchmark::DoNotOptimize(engine.render("table.html", context));
}
BENCHMARK(table);

}  // namespace

BENCHMARK_MAIN();
