#include "gateway/prometheus/results.h"

#include <charconv>
#include <cmath>

#include "wire/json_writer.h"

namespace tt::gateway::prometheus {
namespace {

using wire::JsonWriter;

// Seconds since 1970, with as many decimals as are needed: "1435781430.781".
std::string seconds_text(Time time) {
  auto us = to_us(time);
  auto text = fmt::format("{}{}", us < 0 ? "-" : "", std::abs(us / 1'000'000));
  auto part = std::abs(us % 1'000'000);
  if (part == 0) return text;
  text += fmt::format(".{:06}", part);
  text.resize(text.find_last_not_of('0') + 1);
  return text;
}

void append_metric(JsonWriter& json, const Labels& labels) {
  json.key("metric").begin_object();
  for (const auto& [name, value] : labels) json.member(name, std::string_view(value));
  json.end_object();
}

struct Point {
  Time at;
  double value;
};

void append_point(JsonWriter& json, const Point& point) {
  json.begin_array().raw(seconds_text(point.at)).value(value_text(point.value)).end_array();
}

}  // namespace

std::string value_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[512];  // the longest doubles have 309 digits, or 324 zeros behind the point
  auto [end, error] = std::to_chars(text, text + sizeof(text), value, std::chars_format::fixed);
  if (error != std::errc()) return fmt::format("{}", value);
  return std::string(text, end);
}

std::string instant_result(const Answer& answer, const Steps& steps) {
  std::string out;
  JsonWriter json(out);
  bool is_scalar = answer.type == Type::scalar;
  json.begin_object().member("resultType", is_scalar ? "scalar" : "vector").key("result");
  if (is_scalar) {
    append_point(json, {steps.start, answer.series.at(0).values.at(0)});
  } else {
    json.begin_array();
    for (const auto& one : answer.series) {
      json.begin_object();
      append_metric(json, one.labels);
      json.key("value");
      append_point(json, {steps.start, one.values.at(0)});
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return out;
}

std::string range_result(const Answer& answer, const Steps& steps) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("resultType", "matrix").key("result").begin_array();
  for (const auto& one : answer.series) {
    json.begin_object();
    append_metric(json, one.labels);
    json.key("values").begin_array();
    for (std::size_t i = 0; i < steps.count; ++i) {
      if (!is_absent(one.values[i])) append_point(json, {steps.at(i), one.values[i]});
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string success(std::string_view data, std::string_view warning) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("status", "success").key("data").raw(data);
  if (!warning.empty()) json.key("warnings").begin_array().value(warning).end_array();
  json.end_object();
  return out;
}

std::string failure(std::string_view type, std::string_view message) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("status", "error").member("errorType", type);
  json.member("error", message).end_object();
  return out;
}

std::string_view type_of(Code code) {
  switch (code) {
    case Code::invalid: return "bad_data";
    case Code::unprocessable:
    case Code::too_large: return "execution";
    case Code::not_found: return "not_found";
    case Code::unauthenticated: return "unauthorized";
    case Code::denied: return "forbidden";
    case Code::exhausted: return "too_many_requests";
    case Code::unavailable: return "unavailable";
    case Code::timeout: return "timeout";
    case Code::cancelled: return "canceled";
    default: return "internal";
  }
}

}  // namespace tt::gateway::prometheus
