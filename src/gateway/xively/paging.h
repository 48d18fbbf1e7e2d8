#pragma once

// Which part of a long list a request asks for: ?page=2&per_page=50.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

struct Paging {
  std::size_t page = 1;
  std::size_t per_page = 0;
  std::size_t offset() const { return (page - 1) * per_page; }
};

// `per_page` without its parameter is `usual`; more than `most` is `most`.  Throws invalid for what
// is no number from 1 on.
Paging paging_of(const ApiRequest& request, std::size_t usual, std::size_t most);

}  // namespace tt::gateway::xively
