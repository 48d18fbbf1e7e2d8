#include "web/rest/request.h"

#include <algorithm>

#include "orm/current.h"
#include "web/core/application.h"
#include "web/core/multipart.h"
#include "web/rest/api_error.h"
#include "web/rest/json_decoder.h"
#include "web/rest/site.h"
#include "web/rest/view.h"
#include "wire/json_writer.h"

namespace tt::web::rest {
namespace {

// An absent Content-Type counts as text, which no parser reads.
constexpr std::string_view absent_content_type = "text/plain";
constexpr std::size_t boundary_bytes_max = 201;

std::string_view content_type_of(const HttpRequest& request) {
  return request.has_header("Content-Type") ? request.header("Content-Type") : absent_content_type;
}

bool is_form(const MediaType& type) {
  return (type.type == "application" && type.subtype == "x-www-form-urlencoded") ||
         (type.type == "multipart" && type.subtype == "form-data");
}

const MediaType& type_of(Parser parser) {
  static const MediaType types[] = {MediaType::parse("application/json"),
                                    MediaType::parse("application/x-www-form-urlencoded"),
                                    MediaType::parse("multipart/form-data")};
  return types[static_cast<std::size_t>(parser)];
}

Charset charset_of(const MediaType& type) {
  const std::string* name = type.find("charset");
  bool is_latin1 = name != nullptr && (*name == "latin1" || *name == "latin-1" ||
                                       *name == "iso-8859-1" || *name == "ISO-8859-1");
  return is_latin1 ? Charset::latin1 : Charset::utf8;
}

Input read_json_body(const HttpRequest& request, const MediaType& type, std::size_t depth_max) {
  auto decoded = decode_json(request.body(), charset_of(type), {.depth_max = depth_max});
  if (!decoded) throw ApiError(400, "JSON parse error - " + decoded.error());
  return *std::move(decoded);
}

Input read_form_body(const HttpRequest& request) {
  const Settings& settings = request.settings();
  Parameters fields = parse_urlencoded(request.body(), settings.data_upload_max_number_fields);
  return Input::form(fields, {});
}

// "boundary := 0*69<bchars> bcharsnospace"; here, as in Django, up to 200 printable characters.
bool is_boundary(std::string_view text) {
  auto is_printable = [](char sign) { return sign >= ' ' && sign <= '~'; };
  return !text.empty() && text.size() <= boundary_bytes_max && text.back() != ' ' &&
         std::ranges::all_of(text, is_printable);
}

Input read_multipart_body(const HttpRequest& request, std::string_view content_type) {
  const Settings& settings = request.settings();
  MediaType type = MediaType::parse(content_type);
  const std::string* boundary = type.find("boundary");
  if (boundary == nullptr || !is_boundary(*boundary)) {
    throw ApiError(400, "Multipart form parse error - Invalid boundary in multipart: " +
                            (boundary == nullptr ? std::string("None") : *boundary));
  }
  try {
    auto form = parse_multipart(request.body(), content_type,
                                {.fields_max = settings.data_upload_max_number_fields,
                                 .fields_bytes_max = settings.data_upload_max_memory_size,
                                 .files_max = settings.data_upload_max_number_files,
                                 .files_bytes_max = settings.file_upload_max_memory_size});
    return Input::form(form.fields, form.files);
  } catch (const Error& error) {
    if (error.code() != Code::invalid) throw;
    throw ApiError(400, std::string("Multipart form parse error - ") + error.what());
  }
}

Input read_body(const HttpRequest& request, std::span<const Parser> parsers, const Site& site) {
  std::string_view content_type = content_type_of(request);
  MediaType type = MediaType::parse(content_type);
  if (request.body().empty())
    return Input::object(is_form(type) ? InputForm::form : InputForm::json);
  if (request.body().size() > request.settings().data_upload_max_memory_size) {
    throw ApiError(413, "The body is too large.");
  }
  for (Parser parser : parsers) {
    if (!type_of(parser).matches(type)) continue;
    switch (parser) {
      case Parser::json: return read_json_body(request, type, site.settings().json_depth_max);
      case Parser::form: return read_form_body(request);
      case Parser::multipart: return read_multipart_body(request, content_type);
    }
  }
  throw ApiError(415, "Unsupported media type \"" + std::string(content_type) + "\" in request.");
}

}  // namespace

Response Response::value(const boost::json::value& tree, int status) {
  std::string json;
  wire::JsonWriter(json).value(tree);
  return of(std::move(json), status);
}

Response Response::object(const std::function<void(wire::JsonWriter&)>& write, int status) {
  std::string text;
  wire::JsonWriter json(text);
  json.begin_object();
  write(json);
  json.end_object();
  return of(std::move(text), status);
}

bool ApiRequest::is_safe_method() const {
  return method() == "GET" || method() == "HEAD" || method() == "OPTIONS";
}

const Input& ApiRequest::data() const {
  if (!data_) data_ = read_body(http_, view_.parsers(site_), site_);
  return *data_;
}

orm::Session& ApiRequest::session() const { return orm::current_session(); }

LinkStyle ApiRequest::link_style() const {
  if (base_.empty()) {
    base_ = http_.is_secure() ? "https://" : "http://";
    base_ += http_.host();
    const std::string& parameter = site_.settings().format_parameter;
    const std::string* format =
        parameter.empty() || http_.query_string().empty() ? nullptr : query().find(parameter);
    if (format != nullptr) {
      Parameters suffix;
      suffix.add(parameter, *format);
      query_suffix_ = "?" + suffix.urlencode();
    }
  }
  return {base_, format_suffix(), query_suffix_};
}

RepresentationContext ApiRequest::representation_context() const {
  return {&site_.links(), link_style(), orm::find_current_session()};
}

FieldReading ApiRequest::field_reading(const orm::Record* instance, Partial partial) const {
  return {orm::find_current_session(), &site_.application().urls(), instance, partial};
}

ApiRequest ApiRequest::with_method(std::string method) const {
  ApiRequest copy(http_, view_, site_);
  copy.method_ = std::move(method);
  copy.authenticated_ = authenticated_;
  copy.renderer_ = renderer_;
  copy.accepted_ = accepted_;
  return copy;
}

}  // namespace tt::web::rest
