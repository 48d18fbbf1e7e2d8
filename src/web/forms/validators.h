#pragma once

// Checks of texts that several fields share; each is a Validator, with Django's messages.

#include <optional>
#include <string>
#include <string_view>

namespace tt::web::forms {

// "ann@example.com", "ann@localhost", "ann@[::1]", international names.
bool is_email(std::string_view text);
// http, https, ftp or ftps, with a host that can exist.
bool is_url(std::string_view text);
// Letters, digits, '-' and '_' of ASCII.
bool is_slug(std::string_view text);
// Characters, not bytes, of UTF-8.
std::size_t characters(std::string_view text);
// Without the white space around it.
std::string_view stripped(std::string_view text);

}  // namespace tt::web::forms
