#pragma once

// Devices as CSV, one a row.  The first row names the columns, in any order; `title` must be there:
//
//   title            of the feed
//   serial           kept as device_serial
//   description      for people
//   tags             separated by commas, as everywhere
//   private          true or false; true if it is empty or absent
//   lat, lon, ele, location, domain, exposure, disposition
//   channels         separated by spaces, each with or without the symbol of its unit:
//                    "temperature=°C humidity=% door"
//   retention_days   0, empty or absent: the server's

#include "registry/registry.h"

namespace tt::gateway::api {

// All rows.  Throws invalid or unprocessable, with one line for each thing that is wrong ("line 7:
// private must be true or false, not 'x'"), of very many the first ones.
std::vector<registry::NewFeed> parse_devices(std::string_view body, const Limits& limits);

}  // namespace tt::gateway::api
