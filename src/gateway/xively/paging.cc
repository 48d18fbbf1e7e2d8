#include "gateway/xively/paging.h"

#include "base/error.h"
#include "base/text.h"

namespace tt::gateway::xively {
namespace {

constexpr std::size_t page_max = 1'000'000;

std::size_t count_of(const ApiRequest& request, std::string_view name, std::size_t usual,
                     std::size_t most) {
  auto text = request.parameter(name);
  if (text.empty()) return usual;
  auto value = parse_number<std::size_t>(text);
  if (!value || *value < 1) {
    throw Error(Code::invalid,
                fmt::format("{} must be a number from 1 to {}, not '{}'", name, most, text));
  }
  return std::min(*value, most);
}

}  // namespace

Paging paging_of(const ApiRequest& request, std::size_t usual, std::size_t most) {
  return {.page = count_of(request, "page", 1, page_max),
          .per_page = count_of(request, "per_page", usual, most)};
}

}  // namespace tt::gateway::xively
