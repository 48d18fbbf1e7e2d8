#pragma once

// What a failure looks like in a browser.  The template NNN.html of the application, if it has one
// ("404.html", with `request_path` and `exception`), else a plain page of our own; with DEBUG one
// that explains.

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include "web/core/request.h"
#include "web/core/response.h"

namespace tt::web {

struct ErrorPage {
  int status = 500;
  std::string_view title;  // "Page not found"; the usual one if empty
  std::string message;     // for developers: shown with DEBUG, and in `exception` of templates
  std::string kind;        // of a failure with 500, for DEBUG: "Error (internal)"
};
HttpResponse error_page(const HttpRequest& request, const ErrorPage& page);

// For whatever a view has thrown; logs what is a defect of ours.  Error's code gives the status
// (http::status_of); everything else, and what fails inside a template, is 500.
HttpResponse response_to_failure(const HttpRequest& request, std::exception_ptr failure);

// 405 with Allow.
HttpResponse not_allowed(const HttpRequest& request,
                         std::initializer_list<std::string_view> methods);
// 403 for a request without the right CSRF token; the template 403_csrf.html replaces it.
HttpResponse csrf_failure(const HttpRequest& request, std::string_view reason);

// The Content-Security-Policy of the framework's own pages: everything from this site only; inline
// styles and scripts need request.csp_nonce().
std::string page_policy(const HttpRequest& request);

}  // namespace tt::web
