#include "app/demo/weather.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tt::app {
namespace {

constexpr double day_s = 86'400;

// In [-1, 1), the same for the same arguments (the finalizer of SplitMix64).
double noise_at(std::int64_t step, std::uint64_t stream) {
  std::uint64_t z = static_cast<std::uint64_t>(step) * 0x9E3779B97F4A7C15u + stream;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) / static_cast<double>(1ull << 52) - 1;
}

// Noise that wanders smoothly from one random value to the next every `period_s`.
double drift_at(double time_s, double period_s, std::uint64_t stream) {
  double position = time_s / period_s;
  auto step = static_cast<std::int64_t>(std::floor(position));
  double x = position - static_cast<double>(step);
  double smooth = x * x * (3 - 2 * x);
  return std::lerp(noise_at(step, stream), noise_at(step + 1, stream), smooth);
}

double wave(double time_s, double period_s, double peak_s) {
  return std::cos(2 * std::numbers::pi * (time_s - peak_s) / period_s);
}

}  // namespace

Reading measure_weather(Time at) {
  double time_s = static_cast<double>(to_us(at)) / 1e6;
  double solar_s = time_s + station_lon / 360 * day_s;
  double day = wave(solar_s, day_s, 15 * 3600);
  double front = drift_at(time_s, 1.7 * day_s, 1);
  double gust = drift_at(time_s, 420, 2);
  auto tick = static_cast<std::int64_t>(std::floor(time_s));

  double temperature = 19 + 5.5 * day + 2.5 * front + 0.35 * gust + 0.03 * noise_at(tick, 3);
  double humidity = 58 - 15 * day - 9 * front - 1.5 * gust + 0.12 * noise_at(tick, 4);
  double pressure = 1013.2 - 5 * front + 0.7 * wave(solar_s, day_s / 2, 10 * 3600) +
                    0.15 * drift_at(time_s, 900, 5) + 0.03 * noise_at(tick, 6);
  return {.at = at,
          .temperature = fmt::format("{:.2f}", temperature),
          .humidity = fmt::format("{:.1f}", std::clamp(humidity, 8.0, 99.0)),
          .pressure = fmt::format("{:.1f}", pressure)};
}

}  // namespace tt::app
