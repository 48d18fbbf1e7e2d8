#pragma once

// UrlFormat: a URL pattern read backwards: the texts that it can match, with gaps for its groups.
//
//   ^stations/(?P<pk>[0-9]+)/(?:page(\d+)/)?$
//     "stations/" pk "/"   and   "stations/" pk "/page" _1 "/"

#include <string>
#include <string_view>
#include <vector>

namespace tt::web {

struct UrlFormat {
  struct Piece {
    std::string literal;
    std::string group;  // instead: the name of a group, "_0" for the first unnamed one
  };
  std::vector<Piece> pieces;

  std::vector<std::string> groups() const;
};

// More optional groups than give that many formats are refused.
inline constexpr std::size_t url_formats_max = 64;

// The formats of a regular expression, the one without optional groups first; empty if it cannot
// be read backwards (alternatives outside of capturing groups).
std::vector<UrlFormat> url_formats(std::string_view regex);

}  // namespace tt::web
