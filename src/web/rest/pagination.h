#pragma once

// Pagination: which rows of a list an answer holds, and the links to the others.
//
//   static constexpr auto pagination = rest::pages_of(25);                       // ?page=2
//   static constexpr auto pagination = rest::slices_of(25, 100);                 // ?limit=&offset=
//   static constexpr auto pagination = rest::cursor_of(25, "-timestamp");        // ?cursor=
//   static constexpr auto pagination = rest::no_pages;

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/record.h"

namespace tt::web::rest {

class ApiRequest;
struct PageControls;

enum class PageStyle : unsigned char { whole, numbers, slices, cursor };

struct Pagination {
  PageStyle style = PageStyle::numbers;
  std::size_t page_size = 10;
  std::size_t page_size_max = 0;              // of what clients ask for; 0: no limit but the
                                              // framework's own, 10,000
  std::string_view page_size_parameter = {};  // "page_size" lets clients choose; empty: they cannot
  std::string_view page_parameter = "page";
  std::string_view limit_parameter = "limit";
  std::string_view offset_parameter = "offset";
  std::string_view cursor_parameter = "cursor";
  std::string_view ordering = "-created";  // of a cursor: one field, best with few equal values
};

inline constexpr std::size_t rows_per_page_max = 10'000;

constexpr Pagination pages_of(std::size_t page_size) { return {.page_size = page_size}; }
constexpr Pagination slices_of(std::size_t page_size, std::size_t page_size_max = 0) {
  return {.style = PageStyle::slices, .page_size = page_size, .page_size_max = page_size_max};
}
constexpr Pagination cursor_of(std::size_t page_size, std::string_view ordering) {
  return {.style = PageStyle::cursor, .page_size = page_size, .ordering = ordering};
}
inline constexpr Pagination no_pages{.style = PageStyle::whole};

// The part of a list that was asked for.
struct Page {
  orm::Records rows;                               // to be loaded …
  std::optional<std::vector<orm::Record>> loaded;  // … unless they are here
  std::optional<std::int64_t> count;               // of all; absent with a cursor
  std::optional<std::string> next, previous;
  std::size_t number = 0, pages = 0;  // for people; 0: not known
};

// Throws ApiError(404) for a page that is not there.
Page paginate(const Pagination& pagination, const ApiRequest& request, const orm::Records& rows);

// The links to pages near the current one, the first and the last.
PageControls page_controls(const Pagination& pagination, const ApiRequest& request,
                           const Page& page);

}  // namespace tt::web::rest
