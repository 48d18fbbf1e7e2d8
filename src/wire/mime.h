#pragma once

// Media types and content codings (RFC 9110 sections 8.3, 12.5): what a body is, what a client
// would like to get, and what a file's name says.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "wire/header_value.h"

namespace tt::wire {

struct MediaType {
  std::string type;     // "text", lower case
  std::string subtype;  // "html", lower case
  std::vector<HeaderParameter> parameters;

  // "text/html"
  std::string essence() const { return type + "/" + subtype; }
  // The charset parameter in lower case; empty if there is none.
  std::string charset() const;
};

// A Content-Type header.
Result<MediaType> parse_media_type(std::string_view text);

// The best of the `offered` types ("application/json", the first is preferred where the client
// does not care) for an Accept header; nullopt if the client accepts none of them.  An empty or
// malformed header accepts everything.
std::optional<std::string_view> choose_media_type(std::string_view accept,
                                                  std::span<const std::string_view> offered);

// True if an Accept-Encoding header allows `coding` ("gzip"); an empty one does not.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

// The Content-Type for a file's name by its extension, with charset for text:
// "app.js" is "text/javascript; charset=utf-8"; "application/octet-stream" if it is not known.
std::string_view media_type_of_file(std::string_view name);

}  // namespace tt::wire
