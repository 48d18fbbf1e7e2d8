#include "http/detail/range.h"
#include "base/text.h"

namespace tt::http {
namespace {

struct ByteRange {
  std::uint64_t first;
  std::uint64_t last;  // inclusive
};

enum class RangeKind { none, satisfiable, unsatisfiable };

// "A server MAY ignore the Range header field": several ranges or bad syntax give `none`.
RangeKind parse_range(std::string_view text, std::uint64_t size, ByteRange& range) {
  if (!text.starts_with("bytes=")) return RangeKind::none;
  text.remove_prefix(6);
  auto dash = text.find('-');
  if (dash == text.npos || text.find(',') != text.npos) return RangeKind::none;
  auto first = parse_number<std::uint64_t>(text.substr(0, dash));
  auto last = parse_number<std::uint64_t>(text.substr(dash + 1));
  if (!first) {
    if (dash != 0 || !last) return RangeKind::none;
    if (*last == 0 || size == 0) return RangeKind::unsatisfiable;
    range = {size - std::min(size, *last), size - 1};
    return RangeKind::satisfiable;
  }
  if (dash + 1 < text.size() && !last) return RangeKind::none;
  if (last && *last < *first) return RangeKind::none;
  if (*first >= size) return RangeKind::unsatisfiable;
  range = {*first, last ? std::min(*last, size - 1) : size - 1};
  return RangeKind::satisfiable;
}

}  // namespace

void apply_range(Response& response, const Request& request) {
  if (!response.accept_ranges || response.status != 200) return;
  response.set("Accept-Ranges", "bytes");
  auto wanted = request.header("Range");
  if (wanted.empty() || request.method() != Method::get) return;
  // "the server MUST ignore the Range header field" if the validator does not match.
  //                                                                   [RFC 9110 section 13.1.5]
  auto condition = request.header("If-Range");
  if (!condition.empty() && condition != response.header("ETag")) return;
  auto whole =
      response.static_body.empty() ? std::string_view(response.body) : response.static_body;
  ByteRange range{};
  switch (parse_range(wanted, whole.size(), range)) {
    case RangeKind::none: return;
    case RangeKind::unsatisfiable:
      response.status = 416;
      response.set("Content-Range", fmt::format("bytes */{}", whole.size()));
      response.body.clear();
      response.static_body = {};
      return;
    case RangeKind::satisfiable: break;
  }
  response.status = 206;
  response.set("Content-Range",
               fmt::format("bytes {}-{}/{}", range.first, range.last, whole.size()));
  auto part = whole.substr(range.first, range.last - range.first + 1);
  if (response.static_body.empty()) {
    response.body = std::string(part);
  } else {
    response.static_body = part;
  }
}

}  // namespace tt::http
