#pragma once

// Characters of UTF-8 texts, as filters count them, and the escaping of HTML.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tt::web {

// The code point at `at`, which moves behind it; a byte that is no UTF-8 counts as one character.
char32_t next_character(std::string_view text, std::size_t& at);
void append_character(std::string& out, char32_t character);

std::size_t count_characters(std::string_view text);
// Each character as a view into `text`.
std::vector<std::string_view> characters(std::string_view text);
// The first `count` characters.
std::string_view first_characters(std::string_view text, std::size_t count);

// Upper and lower case of Latin, Greek and Cyrillic letters; others stay.
char32_t upper(char32_t character);
char32_t lower(char32_t character);
std::string upper(std::string_view text);
std::string lower(std::string_view text);
// The ASCII letter under a Latin letter with a mark ("é" is 'e'); 0 if there is none.
char base_letter(char32_t character);

bool is_space(char character);
// Letters, digits, the underscore and everything beyond ASCII.
bool is_word(char character);
std::string_view trim(std::string_view text);
// The words between white space.
std::vector<std::string_view> words(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string replace_all(std::string_view text, std::string_view what, std::string_view by);
// Every "\r\n" and "\r" as "\n".
std::string normalise_newlines(std::string_view text);

// "&", "<", ">", '"' and "'" as references, appended to `out`.
void escape_html(std::string_view text, std::string& out);
std::string escape_html(std::string_view text);
// The named references of escape_html and numeric ones resolved; others stay.
std::string unescape_html(std::string_view text);

// Everything but letters, digits, "_.-~" and the bytes in `keep` as "%XX".
std::string percent_quote(std::string_view text, std::string_view keep);

// The whole text as a number in base ten, white space around it allowed; nullopt otherwise.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);

}  // namespace tt::web
