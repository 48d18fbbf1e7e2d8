#include "web/rest/query_links.h"

#include <algorithm>
#include <map>

namespace tt::web::rest {
namespace {

constexpr std::size_t parameters_max = 1000;

using Sorted = std::map<std::string, std::vector<std::string>, std::less<>>;

Sorted sorted(const Parameters& parameters) {
  Sorted sorted;
  for (const auto& [name, value] : parameters) sorted[name].push_back(value);
  return sorted;
}

std::string join(std::string url, const Sorted& parameters) {
  Parameters all;
  for (const auto& [name, values] : parameters) {
    for (const std::string& value : values) all.add(name, value);
  }
  if (all.empty()) return url;
  return std::move(url) + "?" + all.urlencode();
}

std::string own_url(const HttpRequest& request) {
  std::string path = request.full_path();
  return request.absolute_url(path.substr(0, path.find('?')));
}

}  // namespace

std::string url_with(const HttpRequest& request, std::string_view parameter,
                     std::string_view value) {
  Sorted parameters = sorted(request.query());
  parameters[std::string(parameter)] = {std::string(value)};
  return join(own_url(request), parameters);
}

std::string url_without(const HttpRequest& request, std::string_view parameter) {
  Sorted parameters = sorted(request.query());
  if (auto found = parameters.find(parameter); found != parameters.end()) parameters.erase(found);
  return join(own_url(request), parameters);
}

std::string with_parameter(std::string_view url, std::string_view parameter,
                           std::string_view value) {
  std::size_t question = url.find('?');
  Sorted parameters;
  if (question != std::string_view::npos) {
    parameters = sorted(parse_urlencoded(url.substr(question + 1), parameters_max));
  }
  parameters[std::string(parameter)] = {std::string(value)};
  return join(std::string(url.substr(0, question)), parameters);
}

}  // namespace tt::web::rest
