#include "web/core/debug_page.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "http/response.h"
#include "web/core/application.h"
#include "web/core/cookies.h"
#include "web/core/detail/request_extra.h"
#include "web/template/text.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

constexpr std::size_t shown_bytes_max = 2000;  // of one value
constexpr std::size_t shown_rows_max = 200;

using Rows = std::vector<std::pair<std::string, std::string>>;
struct Table {
  std::string_view title;
  Rows rows;
};

constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:#fff;color:#1c2733}
header{background:#7a1f2b;color:#fff;padding:1.2rem 2rem}
header.missing{background:#5b4a12}
header h1{margin:0;font-size:1.4rem}header p{margin:.3rem 0 0;overflow-wrap:anywhere}
section{padding:.4rem 2rem}h2{font-size:1.05rem;margin:1rem 0 .4rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-top:1px solid #cdd6de}
th{width:16rem;font-weight:600}td,li{font-family:ui-monospace,monospace;overflow-wrap:anywhere}
footer{padding:1rem 2rem;color:#52667a}
@media(prefers-color-scheme:dark){body{background:#12181f;color:#e3e9ef}th,td{border-color:#334250}
footer{color:#93a7ba}}
)";

Table table_of(std::string_view title, const auto& entries) {
  Table table{title, {}};
  for (const auto& [name, value] : entries) {
    if (table.rows.size() == shown_rows_max) break;
    auto shown = masked(name, value);
    if (shown.size() > shown_bytes_max) shown = shown.substr(0, shown_bytes_max) + " …";
    table.rows.emplace_back(name, shown);
  }
  return table;
}

std::vector<Table> request_tables(const HttpRequest& request) {
  std::vector<Table> tables;
  tables.push_back(table_of("Query", request.query()));
  try {
    tables.push_back(table_of("Form", request.form()));
  } catch (const Error& e) {
    tables.push_back({"Form", {{"(not readable)", e.what()}}});
  }
  tables.push_back(table_of("Cookies", parse_cookies(request.header("Cookie"))));
  tables.push_back(table_of("Headers", request.headers()));
  return tables;
}

std::string html_of(const Table& table) {
  if (table.rows.empty()) return {};
  auto html = fmt::format("<h2>{}</h2><table>", table.title);
  for (const auto& [name, value] : table.rows) {
    html += fmt::format("<tr><th>{}</th><td>{}</td></tr>", escape_html(name), escape_html(value));
  }
  return html + "</table>";
}

std::string routes_html(const HttpRequest& request) {
  std::string html = "<h2>URL patterns tried, in this order</h2><ol>";
  for (const auto& route : request.application().urls().routes()) {
    html += "<li>" + escape_html(route) + "</li>";
  }
  return html + "</ol>";
}

std::string as_html(const HttpRequest& request, const ErrorPage& page) {
  std::string sections;
  if (page.status == 404) sections += routes_html(request);
  for (const auto& table : request_tables(request)) sections += html_of(table);
  auto title = page.status == 404  ? std::string("Page not found")
               : page.kind.empty() ? std::string(http::reason_of(page.status))
                                   : page.kind;
  return fmt::format(R"(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{1} at {2}</title><style nonce="{0}">{3}</style></head>
<body><header class="{4}"><h1>{5} {1} at {2}</h1><p>{6}</p></header>
<section><h2>Request</h2><table><tr><th>Method</th><td>{7}</td></tr>
<tr><th>View</th><td>{8}</td></tr></table>{9}</section>
<footer>This page is shown because DEBUG is true in the settings.</footer></body>
</html>
)",
                     request.csp_nonce(), escape_html(title), escape_html(request.path()), style,
                     page.status == 404 ? "missing" : "failed", page.status,
                     escape_html(page.message), escape_html(request.method()),
                     escape_html(request.resolver_match().view_name), sections);
}

std::string as_text(const HttpRequest& request, const ErrorPage& page) {
  auto text = fmt::format("{} at {}\n{}\n\nRequest: {} {}\n",
                          page.kind.empty() ? http::reason_of(page.status) : page.kind,
                          request.path(), page.message, request.method(), request.path());
  for (const auto& table : request_tables(request)) {
    if (table.rows.empty()) continue;
    text += fmt::format("\n{}:\n", table.title);
    for (const auto& [name, value] : table.rows) text += fmt::format("{} = {}\n", name, value);
  }
  return text + "\nThis is shown because DEBUG is true in the settings.\n";
}

}  // namespace

std::string masked(std::string_view name, std::string_view value) {
  constexpr std::string_view secrets[] = {"api",       "token", "key",     "secret", "pass",
                                          "signature", "auth",  "session", "csrf",   "cookie"};
  auto lower = to_lower(name);
  bool is_secret = std::ranges::any_of(
      secrets, [&](std::string_view word) { return lower.find(word) != lower.npos; });
  return is_secret ? std::string(20, '*') : std::string(value);
}

HttpResponse debug_page(const HttpRequest& request, const ErrorPage& page) {
  if (page.status != 404 && !request.accepts("text/html")) {
    return HttpResponse(as_text(request, page), page.status, "text/plain; charset=utf-8");
  }
  HttpResponse response(as_html(request, page), page.status, "text/html");
  response.set("Content-Security-Policy", page_policy(request));
  return response;
}

}  // namespace tt::web
