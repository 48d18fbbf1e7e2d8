#pragma once

// Weather: what the demo station measures at a time.  The same time always gives the same reading,
// so that history and live readings join without a step.

#include <string>

#include "base/time.h"

namespace tt::app {

// Where the station stands: its longitude decides when its day begins.
inline constexpr double station_lat = 30.733315;
inline constexpr double station_lon = 76.779418;

struct Reading {
  Time at;
  std::string temperature;  // °C, two decimals
  std::string humidity;     // %, one decimal
  std::string pressure;     // hPa, one decimal
};

// A day that is warmest at three in the afternoon and driest then, weather that changes over days,
// and the noise of a real sensor.
Reading measure_weather(Time at);

}  // namespace tt::app
