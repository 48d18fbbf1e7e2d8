#pragma once

// Links: the URLs of views, found once and then put together from parts.

#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "web/core/urls.h"

namespace tt::web::rest {

// "/station/" + key + "/", with a format suffix "/station/" + key + ".json".
struct DetailUrl {
  std::string prefix;
  std::string suffix;
  std::optional<std::string> format_prefix;  // absent if the view takes no suffix
};

class Links {
 public:
  explicit Links(const UrlResolver& urls) : urls_(urls) {}

  // Of the view of that name that takes a "pk"; throws internal if there is none, saying what to
  // do about it.
  const DetailUrl& detail(std::string_view view_name);

 private:
  DetailUrl find(std::string_view view_name) const;

  const UrlResolver& urls_;
  std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<DetailUrl>, std::less<>> found_;
};

// How links look in the answer to one request.
struct LinkStyle {
  std::string_view base;    // "http://host"
  std::string_view format;  // the suffix that the request had, "json"; empty for none
  std::string_view query;   // "?format=json" if the request had it
};

// Appends the whole URL.
void append_link(std::string& out, const DetailUrl& url, const LinkStyle& style,
                 std::string_view key);

}  // namespace tt::web::rest
