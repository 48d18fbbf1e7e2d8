#pragma once

// Forms with files: multipart/form-data (RFC 7578, RFC 2046 section 5.1).
//
//   body     = [ preamble CRLF ] "--" boundary *( padding CRLF part CRLF "--" boundary ) "--"
//              padding [ CRLF epilogue ]
//   part     = *( header CRLF ) CRLF *octet
//   header   = "Content-Disposition: form-data; name=\"" field "\"" [ "; filename=\"" name "\"" ]
//            / "Content-Type: " media-type / others, which are ignored

#include <string_view>
#include <vector>

#include "base/error.h"
#include "web/core/parameters.h"
#include "web/core/request.h"

namespace tt::web {

struct FormLimits {
  std::size_t fields_max = 1000;
  std::size_t fields_bytes_max = 2621440;  // names and values
  std::size_t files_max = 100;
  std::size_t files_bytes_max = 2621440;
};
// Of one part.
inline constexpr std::size_t part_header_bytes_max = 1024;

struct MultipartForm {
  Parameters fields;
  std::vector<UploadedFile> files;
};

// `content_type` is the request's header.  Throws invalid for a malformed body or boundary, and
// too_large over a limit.  A file that was not chosen (without name) is left out.
MultipartForm parse_multipart(std::string_view body, std::string_view content_type,
                              const FormLimits& limits);

}  // namespace tt::web
