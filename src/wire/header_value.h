#pragma once

// The common shape of header values: a comma-separated list of elements with parameters, such as
//
//   Accept: text/html;level=1, */*;q=0.5
//   Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12
//
//   list      = *( "," OWS ) element *( OWS "," [ OWS element ] )       RFC 9110 section 5.6.1
//   element   = 1*( tchar / "/" ) *( OWS ";" OWS [ parameter ] )        section 5.6.6
//   parameter = token [ "=" ( token / quoted-string ) ]

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::wire {

struct HeaderParameter {
  std::string name;                  // lower case
  std::optional<std::string> value;  // unquoted; nullopt when there is no "="
};

struct HeaderElement {
  std::string name;  // as written
  std::vector<HeaderParameter> parameters;

  // The first parameter of that (lower-case) name; nullptr if there is none.
  const HeaderParameter* find(std::string_view parameter) const;
};

// A header with more elements or parameters than this is refused.
inline constexpr std::size_t header_elements_max = 64;

// All elements in order; an empty text has none.
Result<std::vector<HeaderElement>> parse_header_list(std::string_view text);

// ASCII only, as header field names and tokens are.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// Without white space (space, tab) at both ends.
std::string_view trim(std::string_view text);

// True if `text` is a non-empty token of RFC 9110 section 5.6.2.
bool is_token(std::string_view text);

// True if the comma-separated `list` of tokens holds `token`, in any case: "keep-alive, Upgrade".
bool list_has_token(std::string_view list, std::string_view token);

}  // namespace tt::wire
