#include "gateway/xively/errors.h"

#include "base/log.h"
#include "gateway/xively/api.h"
#include "wire/json_writer.h"
#include "wire/xml.h"

namespace tt::gateway::xively {
namespace {

constexpr std::string_view denied_text =
    "You do not have the necessary permissions to access this resource";

int status_of(Code code) {
  // "403: … also rate limit in v2"
  if (code == Code::exhausted) return 403;
  return http::status_of(code);
}

// By the beginnings of what wire::read_json and wire::read_xml say.
std::string_view title_of_bad_request(std::string_view message) {
  if (message.starts_with("parse error:") || message.starts_with("lexical error:")) {
    return "JSON Parser Error";
  }
  return message.starts_with("invalid format,") ? "XML Parser Error" : "Bad Request";
}

std::string_view title_of(const Error& error) {
  switch (status_of(error.code())) {
    case 400: return title_of_bad_request(error.what());
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not found";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 413: return "Request Entity Too Large";
    case 422: return "Unprocessable Entity";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

std::string text_of(const Error& error) {
  switch (error.code()) {
    case Code::unauthenticated:
      return "You do not have the necessary permissions to access this resource; send your API key "
             "in the header X-ApiKey";
    case Code::denied:
      return error.what() == provisioning::already_activated ? error.what()
                                                             : std::string(denied_text);
    case Code::corrupt:
    case Code::internal:
      return "Something went wrong on our side; the server's log has the details";
    default: return error.what();
  }
}

// "Title can't be blank\nEmail is invalid" → both; other errors than 422 are one text.
std::vector<std::string> messages_of(const Error& error) {
  std::string text = text_of(error);
  if (status_of(error.code()) != 422) return {std::move(text)};
  std::vector<std::string> messages;
  std::string_view rest = text;
  while (!rest.empty()) {
    auto end = rest.find('\n');
    messages.emplace_back(rest.substr(0, end));
    rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
  }
  return messages;
}

void append_json(std::string& out, const Error& error, int status) {
  wire::JsonWriter json(out);
  json.begin_object().member("title", title_of(error)).key("errors");
  auto messages = messages_of(error);
  if (status != 422) {
    json.value(messages.front()).end_object();
    return;
  }
  json.begin_array();
  for (const auto& message : messages) json.value(message);
  json.end_array().end_object();
}

// <errors><title>Not found</title><error>…</error></errors>, an <error> for each message.
void append_xml(std::string& out, const Error& error) {
  wire::XmlWriter xml(out);
  xml.declaration().begin("errors").element("title", title_of(error));
  for (const auto& message : messages_of(error)) xml.element("error", message);
  xml.end();
}

}  // namespace

Error not_found() {
  return Error(Code::not_found,
               "I'm sorry we are unable to find the resource you are looking for.");
}

Error no_route(std::string_view method, std::string_view path) {
  return Error(Code::not_found, fmt::format("No route matches [{}] \"/api{}\"", method, path));
}

Error unauthorized() { return Error(Code::unauthenticated, "no valid API key"); }

Error not_acceptable() {
  return Error(Code::not_acceptable, "This resource is not offered in the requested format");
}

ApiReply error_reply(const Error& error, Format format) {
  ApiReply reply;
  reply.status = status_of(error.code());
  if (reply.status == 500)
    log::error("API request failed", {{"code", name_of(error.code())}, {"error", error.what()}});
  switch (error_format(format)) {
    case Format::csv: reply.body = text_of(error); break;
    case Format::xml: append_xml(reply.body, error); break;
    default: append_json(reply.body, error, reply.status);
  }
  return reply;
}

}  // namespace tt::gateway::xively
