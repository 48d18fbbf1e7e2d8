#include "web/rest/pagination.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "web/rest/api_error.h"
#include "web/rest/cursor.h"
#include "web/rest/python_text.h"
#include "web/rest/query_links.h"
#include "web/rest/request.h"

namespace tt::web::rest {
namespace {

// nullopt for no number at all; one beyond 64 bits is the largest.
std::optional<std::int64_t> number_from(std::string_view text) {
  auto digits = integer_digits(text);
  if (!digits) return std::nullopt;
  if (auto number = parse_number<std::int64_t>(*digits)) return number;
  return digits->starts_with('-') ? -1 : std::numeric_limits<std::int64_t>::max();
}

std::size_t size_max(const Pagination& pagination) {
  return pagination.page_size_max > 0 ? std::min(pagination.page_size_max, rows_per_page_max)
                                      : rows_per_page_max;
}

// What a parameter asks for; `otherwise` if it is absent or no positive number.
std::size_t asked_size(const Pagination& pagination, const ApiRequest& request,
                       std::string_view parameter) {
  const std::string* text = parameter.empty() ? nullptr : request.query().find(parameter);
  auto number = text == nullptr ? std::nullopt : number_from(*text);
  if (!number || *number <= 0) return pagination.page_size;
  return std::min(static_cast<std::size_t>(*number), size_max(pagination));
}

Page numbered_page(const Pagination& pagination, const ApiRequest& request,
                   const orm::Records& rows) {
  std::size_t size = asked_size(pagination, request, pagination.page_size_parameter);
  std::int64_t count = rows.count();
  auto pages = std::max<std::int64_t>(
      1, (count + static_cast<std::int64_t>(size) - 1) / static_cast<std::int64_t>(size));
  const std::string* text = request.query().find(pagination.page_parameter);
  std::optional<std::int64_t> number = 1;
  if (text != nullptr) number = *text == "last" ? pages : number_from(*text);
  if (!number || *number < 1 || *number > pages) throw ApiError(404, "Invalid page.");

  Page page{rows.limit(size).offset(static_cast<std::size_t>(*number - 1) * size),
            {},
            count,
            {},
            {},
            static_cast<std::size_t>(*number),
            static_cast<std::size_t>(pages)};
  if (*number < pages) {
    page.next = url_with(request.http(), pagination.page_parameter, std::to_string(*number + 1));
  }
  if (*number == 2) page.previous = url_without(request.http(), pagination.page_parameter);
  if (*number > 2) {
    page.previous =
        url_with(request.http(), pagination.page_parameter, std::to_string(*number - 1));
  }
  return page;
}

struct Slice {
  std::size_t limit = 0;
  std::int64_t offset = 0;
};

Slice asked_slice(const Pagination& pagination, const ApiRequest& request) {
  Slice slice{asked_size(pagination, request, pagination.limit_parameter), 0};
  const std::string* text = request.query().find(pagination.offset_parameter);
  auto number = text == nullptr ? std::nullopt : number_from(*text);
  if (number && *number > 0) slice.offset = *number;
  return slice;
}

std::string slice_url(const Pagination& pagination, const ApiRequest& request, const Slice& slice) {
  std::string limited =
      url_with(request.http(), pagination.limit_parameter, std::to_string(slice.limit));
  return with_parameter(limited, pagination.offset_parameter, std::to_string(slice.offset));
}

std::string first_slice_url(const Pagination& pagination, const ApiRequest& request,
                            std::size_t limit) {
  std::string first = url_without(request.http(), pagination.offset_parameter);
  return with_parameter(first, pagination.limit_parameter, std::to_string(limit));
}

Page sliced_page(const Pagination& pagination, const ApiRequest& request,
                 const orm::Records& rows) {
  Slice slice = asked_slice(pagination, request);
  auto limit = static_cast<std::int64_t>(slice.limit);
  std::int64_t count = rows.count();
  Page page{rows.limit(slice.limit), {}, count, {}, {}, 0, 0};
  if (slice.offset > count) {
    page.loaded.emplace();
  } else {
    page.rows = page.rows.offset(static_cast<std::size_t>(slice.offset));
  }
  page.pages = static_cast<std::size_t>((count + limit - 1) / limit);
  page.number = static_cast<std::size_t>(std::min(slice.offset, count) / limit + 1);
  if (slice.offset < count - limit) {
    page.next = slice_url(pagination, request, {slice.limit, slice.offset + limit});
  }
  if (slice.offset > limit) {
    page.previous = slice_url(pagination, request, {slice.limit, slice.offset - limit});
  } else if (slice.offset > 0) {
    page.previous = first_slice_url(pagination, request, slice.limit);
  }
  return page;
}

std::string url_of_page(const Pagination& pagination, const ApiRequest& request,
                        std::size_t number) {
  if (pagination.style == PageStyle::numbers) {
    if (number == 1) return url_without(request.http(), pagination.page_parameter);
    return url_with(request.http(), pagination.page_parameter, std::to_string(number));
  }
  std::size_t limit = asked_slice(pagination, request).limit;
  if (number == 1) return first_slice_url(pagination, request, limit);
  auto offset = static_cast<std::int64_t>((number - 1) * limit);
  return slice_url(pagination, request, {limit, offset});
}

}  // namespace

Page paginate(const Pagination& pagination, const ApiRequest& request, const orm::Records& rows) {
  switch (pagination.style) {
    case PageStyle::numbers: return numbered_page(pagination, request, rows);
    case PageStyle::slices: return sliced_page(pagination, request, rows);
    case PageStyle::cursor: return cursor_page(pagination, request, rows);
    case PageStyle::whole: break;
  }
  return {rows, {}, {}, {}, {}, 0, 0};
}

PageControls page_controls(const Pagination& pagination, const ApiRequest& request,
                           const Page& page) {
  PageControls controls{page.previous, page.next, {}};
  if (page.pages < 2) return controls;
  std::set<std::size_t> shown = {1, page.pages};
  for (std::size_t number = page.number > 1 ? page.number - 1 : 1; number <= page.number + 1;
       ++number) {
    if (number <= page.pages) shown.insert(number);
  }
  std::size_t last = 0;
  for (std::size_t number : shown) {
    if (number > last + 1) controls.links.push_back({});
    controls.links.push_back(
        {url_of_page(pagination, request, number), number, number == page.number});
    last = number;
  }
  return controls;
}

}  // namespace tt::web::rest
