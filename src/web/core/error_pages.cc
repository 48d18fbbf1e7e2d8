#include "web/core/error_pages.h"

#include <algorithm>
#include <typeinfo>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/core/demangle.hpp>

#include "base/error.h"
#include "base/log.h"
#include "http/response.h"
#include "web/core/application.h"
#include "web/core/debug_page.h"
#include "web/template/text.h"
#include "wire/json_writer.h"

namespace tt::web {
namespace {

struct Words {
  int status;
  std::string_view title;
  std::string_view advice;
};
constexpr Words all_words[] = {
    {400, "Bad request", "The server could not make sense of what was sent."},
    {401, "Sign in first", "This page is only shown to people who have signed in."},
    {403, "Not allowed", "You do not have the permission to see or do this."},
    {404, "Page not found", "There is no page at this address. It may have moved or be gone."},
    {405, "Method not allowed", "This address does not answer that kind of request."},
    {406, "Not available in that form", "This address cannot answer in the format asked for."},
    {409, "Conflict", "Somebody or something has changed this in the meantime. Load it again."},
    {413, "Too large", "More was sent than this site accepts in one request."},
    {415, "Format not understood", "What was sent is in a format that this address cannot read."},
    {422, "Not possible", "What was sent is complete, but cannot be done."},
    {429, "Too many attempts", "Please wait a while and try again."},
    {500, "Something went wrong",
     "The failure is ours and has been noted. Please try again later."},
    {503, "Not available at the moment",
     "A part of this site is out of reach. Please try again in "
     "a moment."},
    {504, "No answer in time", "A part of this site took too long. Please try again."},
};

const Words& words_of(int status) {
  auto found = std::ranges::find(all_words, status, &Words::status);
  if (found != std::end(all_words)) return *found;
  return status < 500 ? all_words[0] : *std::ranges::find(all_words, 500, &Words::status);
}

constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-content:center;padding:2rem;
font:1.05rem/1.6 system-ui,sans-serif;background:#f5f7f9;color:#1c2733}
main{max-width:34rem}
p.status{margin:0;font-size:.95rem;letter-spacing:.08em;color:#52667a}
h1{margin:.2rem 0 .6rem;font-size:1.9rem;line-height:1.2}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#e6ebf0;padding:.7rem 1rem;
border-radius:.4rem}
@media(prefers-color-scheme:dark){body{background:#12181f;color:#e3e9ef}p.status{color:#93a7ba}
pre{background:#1e2832}}
)";

std::string plain_page(const HttpRequest& request, const ErrorPage& page) {
  const auto& words = words_of(page.status);
  auto title = escape_html(page.title.empty() ? words.title : page.title);
  std::string detail;
  if (request.settings().debug && !page.message.empty()) {
    detail = "<pre>" + escape_html(page.message) + "</pre>";
  }
  return fmt::format(R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{1}</title><style nonce="{0}">{2}</style></head>
<body><main><p class="status">{3}</p><h1>{1}</h1><p>{4}</p>{5}</main></body>
</html>
)",
                     request.csp_nonce(), title, style, page.status, words.advice, detail);
}

// Pages that people see; programs get JSON for what is no answer of a page.
bool wants_json(const HttpRequest& request, int status) {
  if (status == 400 || status == 403 || status == 404) return false;
  if (status == 500 && request.settings().debug) return false;  // the page that explains, as text
  return request.has_header("Accept") && !request.accepts("text/html") &&
         request.accepts("application/json");
}

HttpResponse json_page(int status, const ErrorPage& page, bool debug) {
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("detail", words_of(status).advice);
  if (debug && !page.message.empty()) json.member("message", page.message);
  json.end_object();
  return json_response(std::move(body), status);
}

bool has_template(const HttpRequest& request, std::string_view name) {
  return request.application().has_error_template(name);
}

HttpResponse from_template(const HttpRequest& request, const std::string& name,
                           const ErrorPage& page) {
  Context context{{"request_path", request.path()}, {"exception", page.message}};
  return render(request, name, std::move(context), page.status);
}

HttpResponse page_for(const HttpRequest& request, const ErrorPage& page) {
  bool debug = request.settings().debug;
  if (wants_json(request, page.status)) return json_page(page.status, page, debug);
  if (debug && (page.status == 404 || page.status == 400 || page.status == 500)) {
    return debug_page(request, page);
  }
  auto name = fmt::format("{}.html", page.status);
  if (has_template(request, name)) {
    try {
      return from_template(request, name, page);
    } catch (const std::exception& e) {
      log::error("the page of an error failed", {{"template", name}, {"error", e.what()}});
    }
  }
  HttpResponse response(plain_page(request, page), page.status, "text/html");
  response.set("Content-Security-Policy", page_policy(request));
  return response;
}

void log_failure(const HttpRequest& request, std::string_view kind, std::string_view what) {
  log::error(
      "request failed",
      {{"method", request.method()}, {"path", request.path()}, {"kind", kind}, {"error", what}});
}

}  // namespace

HttpResponse error_page(const HttpRequest& request, const ErrorPage& page) {
  auto response = page_for(request, page);
  if (page.status == 503 && !response.has_header("Retry-After")) response.set("Retry-After", "5");
  return response;
}

HttpResponse response_to_failure(const HttpRequest& request, std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const TemplateError& e) {
    log_failure(request, "TemplateError", e.what());
    return error_page(request, {500, {}, e.what(), "TemplateError"});
  } catch (const Error& e) {
    int status = http::status_of(e.code());
    auto kind = fmt::format("Error ({})", name_of(e.code()));
    if (status >= 500) log_failure(request, kind, e.what());
    return error_page(request, {status, {}, e.what(), kind});
  } catch (const std::exception& e) {
    auto kind = boost::core::demangle(typeid(e).name());
    log_failure(request, kind, e.what());
    return error_page(request, {500, {}, e.what(), kind});
  }
}

HttpResponse not_allowed(const HttpRequest& request,
                         std::initializer_list<std::string_view> methods) {
  auto allowed = fmt::format("{}", fmt::join(methods, ", "));
  auto response = error_page(request, {405, {}, "allowed are " + allowed, {}});
  response.set("Allow", allowed);
  return response;
}

HttpResponse csrf_failure(const HttpRequest& request, std::string_view reason) {
  ErrorPage page{403, "CSRF verification failed. Request aborted.", std::string(reason), {}};
  if (has_template(request, "403_csrf.html")) return from_template(request, "403_csrf.html", page);
  HttpResponse response(plain_page(request, page), 403, "text/html");
  response.set("Content-Security-Policy", page_policy(request));
  return response;
}

std::string page_policy(const HttpRequest& request) {
  return fmt::format(
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'nonce-{0}'; "
      "script-src 'self' 'nonce-{0}'; object-src 'none'; base-uri 'none'; "
      "form-action 'self'; frame-ancestors 'none'",
      request.csp_nonce());
}

}  // namespace tt::web
