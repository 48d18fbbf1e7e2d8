#include "web/rest/links.h"

#include <mutex>

#include <fmt/format.h>

namespace tt::web::rest {
namespace {

// Stands for the key while the URL is taken apart.
constexpr std::string_view probe = "7340184261";

std::pair<std::string, std::string> split_at_probe(const std::string& url) {
  std::size_t at = url.rfind(probe);
  return {url.substr(0, at), url.substr(at + probe.size())};
}

}  // namespace

const DetailUrl& Links::detail(std::string_view view_name) {
  {
    std::shared_lock lock(mutex_);
    if (auto found = found_.find(view_name); found != found_.end()) return *found->second;
  }
  DetailUrl url = find(view_name);
  std::unique_lock lock(mutex_);
  auto& place = found_[std::string(view_name)];
  if (!place) place = std::make_unique<DetailUrl>(std::move(url));
  return *place;
}

DetailUrl Links::find(std::string_view view_name) const {
  const std::string key(probe);
  auto plain = urls_.find_url(view_name, UrlResolver::Named{{"pk", key}});
  if (!plain) {
    throw Error(Code::internal,
                fmt::format("There is no view \"{}\" for hyperlinks to lead to: add its viewset to "
                            "the router, or give the field another view_name.",
                            view_name));
  }
  DetailUrl url;
  std::tie(url.prefix, url.suffix) = split_at_probe(*plain);
  auto with_format = urls_.find_url(view_name, UrlResolver::Named{{"pk", key}, {"format", "json"}});
  if (with_format) url.format_prefix = split_at_probe(*with_format).first;
  return url;
}

void append_link(std::string& out, const DetailUrl& url, const LinkStyle& style,
                 std::string_view key) {
  out += style.base;
  if (!style.format.empty() && url.format_prefix) {
    out.append(*url.format_prefix).append(key).append(".").append(style.format);
  } else {
    out.append(url.prefix).append(key).append(url.suffix);
  }
  out += style.query;
}

}  // namespace tt::web::rest
