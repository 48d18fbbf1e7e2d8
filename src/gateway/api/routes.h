#pragma once

// Which request calls which operation.

#include <span>

#include "gateway/api/operations.h"

namespace tt::gateway::api {

struct Route {
  http::Method method;
  std::string_view pattern;  // below /api/v1, as http::Router knows them
  Operation operation;
};

std::span<const Route> routes();

}  // namespace tt::gateway::api
