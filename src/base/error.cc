#include "base/error.h"

#include <cstdio>
#include <cstdlib>

namespace tt {

std::string_view name_of(Code code) {
  switch (code) {
    case Code::invalid: return "invalid";
    case Code::unprocessable: return "unprocessable";
    case Code::not_found: return "not_found";
    case Code::conflict: return "conflict";
    case Code::unauthenticated: return "unauthenticated";
    case Code::denied: return "denied";
    case Code::too_large: return "too_large";
    case Code::exhausted: return "exhausted";
    case Code::unavailable: return "unavailable";
    case Code::timeout: return "timeout";
    case Code::cancelled: return "cancelled";
    case Code::unsupported: return "unsupported";
    case Code::not_acceptable: return "not_acceptable";
    case Code::corrupt: return "corrupt";
    case Code::internal: return "internal";
  }
  return "internal";
}

namespace detail {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace detail
}  // namespace tt
