#include "app/demo/weather.h"

#include <doctest/doctest.h>

using namespace tt;
using namespace tt::app;

namespace {

const Time midnight = *parse_time("2026-06-01T00:00:00Z");

double number(const std::string& text) { return std::stod(text); }

}  // namespace

TEST_CASE("readings have the decimals of a real sensor") {
  auto reading = measure_weather(midnight);
  CHECK(reading.temperature.size() - reading.temperature.find('.') == 3);
  CHECK(reading.humidity.size() - reading.humidity.find('.') == 2);
  CHECK(reading.pressure.size() - reading.pressure.find('.') == 2);
}

TEST_CASE("the same time gives the same reading") {
  CHECK(measure_weather(midnight).temperature == measure_weather(midnight).temperature);
}

TEST_CASE("every reading of a month is plausible, and close to the one a second before") {
  for (int minute = 0; minute < 30 * 24 * 60; minute += 7) {
    auto at = midnight + std::chrono::minutes(minute);
    auto now = measure_weather(at);
    auto next = measure_weather(at + std::chrono::seconds(1));
    CHECK(number(now.temperature) > 5);
    CHECK(number(now.temperature) < 35);
    CHECK(number(now.humidity) >= 8);
    CHECK(number(now.humidity) <= 99);
    CHECK(number(now.pressure) > 1000);
    CHECK(number(now.pressure) < 1025);
    CHECK(std::abs(number(next.temperature) - number(now.temperature)) < 0.2);
    CHECK(std::abs(number(next.pressure) - number(now.pressure)) < 0.5);
  }
}

TEST_CASE("afternoons are warmer and drier than the hours before dawn") {
  // 77 degrees east: solar time is five hours before UTC.
  for (int day = 0; day < 30; ++day) {
    auto start = midnight + std::chrono::days(day);
    auto dawn = measure_weather(start + std::chrono::hours(22) - std::chrono::days(1));
    auto afternoon = measure_weather(start + std::chrono::hours(10));
    CHECK(number(afternoon.temperature) > number(dawn.temperature) + 3);
    CHECK(number(afternoon.humidity) < number(dawn.humidity) - 5);
  }
}
