#include "web/rest/settings.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/array.hpp>

#include "base/error.h"
#include "web/core/nearest.h"

namespace tt::web::rest {
namespace {

using boost::json::value;

[[noreturn]] void refuse(std::string_view setting, const std::string& why) {
  throw Error(Code::invalid, fmt::format("settings: REST_FRAMEWORK.{}: {}", setting, why));
}

template <class T>
using Choices = std::vector<std::pair<std::string_view, T>>;

// The class of that name, with or without its module.
template <class T>
T class_named(std::string_view setting, std::string_view name, const Choices<T>& choices) {
  std::size_t dot = name.rfind('.');
  std::string_view short_name = dot == std::string_view::npos ? name : name.substr(dot + 1);
  std::vector<std::string_view> names;
  for (const auto& [known, choice] : choices) {
    if (known == short_name) return choice;
    names.push_back(known);
  }
  refuse(setting, fmt::format("there is no class '{}'; did you mean {}? (one of {})", name,
                              nearest(short_name, names), fmt::join(names, ", ")));
}

const std::string text_of(std::string_view setting, const value& given) {
  if (!given.is_string()) refuse(setting, "a text is expected");
  return std::string(given.get_string());
}

std::size_t number_of(std::string_view setting, const value& given) {
  if (!given.is_int64() || given.get_int64() < 0) refuse(setting, "a number from 0 is expected");
  return static_cast<std::size_t>(given.get_int64());
}

template <class T>
std::vector<T> classes_of(std::string_view setting, const value& given, const Choices<T>& choices) {
  if (!given.is_array()) refuse(setting, "a list of class names is expected");
  std::vector<T> classes;
  for (const value& name : given.get_array()) {
    classes.push_back(class_named(setting, text_of(setting, name), choices));
  }
  return classes;
}

const Choices<Renderer>& renderers() {
  static const Choices<Renderer> choices = {{"JSONRenderer", Renderer::json},
                                            {"BrowsableAPIRenderer", Renderer::browsable}};
  return choices;
}
const Choices<Parser>& parsers() {
  static const Choices<Parser> choices = {{"JSONParser", Parser::json},
                                          {"FormParser", Parser::form},
                                          {"MultiPartParser", Parser::multipart}};
  return choices;
}
const Choices<Authentication>& authentications() {
  static const Choices<Authentication> choices = {
      {"SessionAuthentication", Authentication::session},
      {"BasicAuthentication", Authentication::basic},
      {"TokenAuthentication", Authentication::token}};
  return choices;
}
const Choices<Permission>& permission_choices() {
  static const Choices<Permission> choices = [] {
    Choices<Permission> all;
    for (const Permission& permission :
         {allow_any, is_authenticated, is_admin_user, is_authenticated_or_read_only,
          django_model_permissions, django_model_permissions_or_anon_read_only}) {
      all.emplace_back(permission.name, permission);
    }
    return all;
  }();
  return choices;
}
const Choices<Throttle>& throttles() {
  static const Choices<Throttle> choices = {{"AnonRateThrottle", Throttle::anonymous},
                                            {"UserRateThrottle", Throttle::user},
                                            {"ScopedRateThrottle", Throttle::scoped}};
  return choices;
}
const Choices<Filter>& filters() {
  static const Choices<Filter> choices = {{"DjangoFilterBackend", Filter::fields},
                                          {"SearchFilter", Filter::search},
                                          {"OrderingFilter", Filter::ordering}};
  return choices;
}
const Choices<PageStyle>& page_styles() {
  static const Choices<PageStyle> choices = {{"PageNumberPagination", PageStyle::numbers},
                                             {"LimitOffsetPagination", PageStyle::slices},
                                             {"CursorPagination", PageStyle::cursor}};
  return choices;
}

void read_rates(RestSettings& settings, std::string_view name, const value& given) {
  if (!given.is_object()) refuse(name, "an object is expected: {\"user\": \"1000/day\"}");
  for (const auto& [scope, text] : given.get_object()) {
    if (text.is_null()) continue;
    auto rate = parse_rate(text_of(name, text));
    if (!rate) refuse(name, fmt::format("'{}' is no rate like \"100/hour\"", text_of(name, text)));
    settings.throttle_rates.emplace(scope, *rate);
  }
}

void set_page_size(RestSettings& settings, std::string_view name, const value& given) {
  if (given.is_null()) return;
  std::size_t size = number_of(name, given);
  if (size == 0 || size > rows_per_page_max) {
    refuse(name, fmt::format("a number from 1 to {} is expected", rows_per_page_max));
  }
  if (!settings.pagination) settings.pagination = Pagination{};
  settings.pagination->page_size = size;
}

void set_page_style(RestSettings& settings, std::string_view name, const value& given) {
  if (given.is_null()) return;
  if (!settings.pagination) settings.pagination = Pagination{};
  settings.pagination->style = class_named(name, text_of(name, given), page_styles());
}

using Reader = std::function<void(RestSettings&, std::string_view, const value&)>;

template <class T>
Reader list_reader(std::vector<T> RestSettings::* member, const Choices<T>& choices) {
  return [member, &choices](RestSettings& settings, std::string_view name, const value& given) {
    settings.*member = classes_of(name, given, choices);
  };
}
Reader text_reader(std::string RestSettings::* member) {
  return [member](RestSettings& settings, std::string_view name, const value& given) {
    settings.*member = given.is_null() ? "" : text_of(name, given);
  };
}
Reader number_reader(std::size_t RestSettings::* member) {
  return [member](RestSettings& settings, std::string_view name, const value& given) {
    settings.*member = number_of(name, given);
  };
}

const std::map<std::string, Reader, std::less<>>& readers() {
  static const std::map<std::string, Reader, std::less<>> all = {
      {"DEFAULT_RENDERER_CLASSES", list_reader(&RestSettings::renderers, renderers())},
      {"DEFAULT_PARSER_CLASSES", list_reader(&RestSettings::parsers, parsers())},
      {"DEFAULT_AUTHENTICATION_CLASSES",
       list_reader(&RestSettings::authentications, authentications())},
      {"DEFAULT_PERMISSION_CLASSES", list_reader(&RestSettings::permissions, permission_choices())},
      {"DEFAULT_THROTTLE_CLASSES", list_reader(&RestSettings::throttles, throttles())},
      {"DEFAULT_FILTER_BACKENDS", list_reader(&RestSettings::filters, filters())},
      {"DEFAULT_THROTTLE_RATES", &read_rates},
      {"DEFAULT_PAGINATION_CLASS", &set_page_style},
      {"PAGE_SIZE", &set_page_size},
      {"PAGINATE_BY", &set_page_size},
      {"NUM_PROXIES",
       [](RestSettings& settings, std::string_view name, const value& given) {
         if (!given.is_null()) settings.proxies = number_of(name, given);
       }},
      {"SEARCH_PARAM", text_reader(&RestSettings::search_parameter)},
      {"ORDERING_PARAM", text_reader(&RestSettings::ordering_parameter)},
      {"URL_FORMAT_OVERRIDE", text_reader(&RestSettings::format_parameter)},
      {"JSON_DEPTH_MAX", number_reader(&RestSettings::json_depth_max)},
      {"THROTTLE_ENTRIES_MAX", number_reader(&RestSettings::throttle_entries_max)},
      {"SCHEMA_TITLE", text_reader(&RestSettings::title)},
      {"SCHEMA_VERSION", text_reader(&RestSettings::version)},
  };
  return all;
}

constexpr std::size_t json_depth_limit = 500;  // the decoder calls itself

}  // namespace

RestSettings read_settings(const boost::json::object& rest_framework) {
  RestSettings settings;
  for (const auto& [name, given] : rest_framework) {
    auto reader = readers().find(std::string_view(name));
    if (reader == readers().end()) {
      std::vector<std::string_view> names;
      for (const auto& [known, read] : readers()) names.push_back(known);
      refuse(name, fmt::format("unknown setting; did you mean {}?", nearest(name, names)));
    }
    reader->second(settings, name, given);
  }
  if (settings.renderers.empty()) refuse("DEFAULT_RENDERER_CLASSES", "at least one is needed");
  if (settings.json_depth_max < 1 || settings.json_depth_max > json_depth_limit) {
    refuse("JSON_DEPTH_MAX", fmt::format("a number from 1 to {} is expected", json_depth_limit));
  }
  return settings;
}

}  // namespace tt::web::rest
