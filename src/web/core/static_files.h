#pragma once

// Static files: from the folders of STATICFILES_DIRS and from the program itself, with ETag,
// Last-Modified and conditional requests.  A name never leads out of its folder.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web {

struct EmbeddedFile;

class StaticFiles {
 public:
  StaticFiles(std::string url, std::vector<std::filesystem::path> folders,
              const std::vector<EmbeddedFile>& embedded);

  // nullopt if the path is not below the URL or there is no such file.
  std::optional<HttpResponse> serve(const HttpRequest& request) const;
  // "/static/admin/site.css", with ?v=HASH for embedded files, which may then be kept for ever.
  std::string url_of(std::string_view path) const;

 private:
  std::string url_;
  std::vector<std::filesystem::path> folders_;
  struct Embedded {
    std::string_view content;
    std::string hash;  // of the content, 16 hexadecimal digits
  };
  std::map<std::string, Embedded, std::less<>> embedded_;
};

}  // namespace tt::web
