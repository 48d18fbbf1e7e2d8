#include "wire/csv.h"

#include <algorithm>

#include <fmt/format.h>

#include "wire/utf8.h"

namespace tt::wire {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

}  // namespace

CsvReader::CsvReader(std::string_view text, const CsvOptions& options)
    : options_(options), begin_(text.data()), end_(begin_ + text.size()), at_(begin_) {}

Result<bool> CsvReader::next() {
  if (at_ == begin_) {
    if (auto begun = begin(); !begun) return std::unexpected(std::move(begun.error()));
  }
  if (!skip_blank_lines()) return false;
  if (rows_++ == options_.rows_max) return fail("too many rows", at_);
  row_line_ = line_;
  if (auto row = read_row(); !row) return std::unexpected(std::move(row.error()));
  return true;
}

Result<void> CsvReader::begin() {
  std::string_view text(begin_, end_);
  Utf8Checker checker;
  if (!checker.feed(text) || !checker.complete()) return problem("CSV is not UTF-8");
  if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
  return {};
}

// False at the end of the text.
bool CsvReader::skip_blank_lines() {
  while (at_ != end_) {
    const char* line_start = at_;
    skip_space();
    if (at_ == end_) return false;
    if (take_line_end()) continue;
    at_ = line_start;
    return true;
  }
  return false;
}

Result<void> CsvReader::read_row() {
  fields_.clear();
  unquoted_.clear();
  while (true) {
    if (fields_.size() == options_.fields_max) return fail("too many fields in a row", at_);
    if (auto field = read_field(); !field) return field;
    if (at_ == end_ || take_line_end()) return {};
    ++at_;  // the separator
  }
}

// Leaves at_ at the separator, the line end or the end of the text behind the field.
Result<void> CsvReader::read_field() {
  skip_space();
  if (at_ != end_ && *at_ == '"') return read_quoted_field();
  const char* start = at_;
  const char separator = options_.separator;
  const char* p = at_;
  while (p != end_ && *p != separator && *p != '\n' && *p != '\r' && *p != '"') ++p;
  at_ = p;
  // "If fields are not enclosed with double quotes, then double quotes may not appear inside the
  // fields."                                                            [RFC 4180 section 2.5]
  if (p != end_ && *p == '"') return fail("quote inside an unquoted field", p);
  if (options_.space == CsvSpace::trim) {
    while (p != start && is_space(p[-1])) --p;
  }
  fields_.emplace_back(start, p);
  return {};
}

// "If double-quotes are used to enclose fields, then a double-quote appearing inside a field must
// be escaped by preceding it with another double quote."                [RFC 4180 section 2.7]
Result<void> CsvReader::read_quoted_field() {
  const char* quote = at_++;
  const char* start = at_;
  std::size_t unquoted_start = unquoted_.size();
  const char* stop;
  while (true) {
    stop = std::find(at_, end_, '"');
    if (stop == end_) return fail("quoted field is not closed", quote);
    line_ += static_cast<std::size_t>(std::count(at_, stop, '\n'));
    at_ = stop + 1;
    if (at_ == end_ || *at_ != '"') break;
    // Never grows beyond this, so that views of it stay valid.
    unquoted_.reserve(static_cast<std::size_t>(end_ - begin_));
    unquoted_.append(start, at_);
    start = ++at_;
  }
  if (unquoted_.size() == unquoted_start) {
    fields_.emplace_back(start, stop);
  } else {
    unquoted_.append(start, stop);
    fields_.push_back(std::string_view(unquoted_).substr(unquoted_start));
  }
  skip_space();
  if (at_ == end_ || *at_ == options_.separator || *at_ == '\n' || *at_ == '\r') return {};
  return fail("text behind a quoted field", at_);
}

bool CsvReader::take_line_end() {
  if (*at_ != '\n' && *at_ != '\r') return false;
  if (*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n') ++at_;
  ++at_;
  ++line_;
  return true;
}

void CsvReader::skip_space() {
  if (options_.space == CsvSpace::keep) return;
  while (at_ != end_ && is_space(*at_) && *at_ != options_.separator) ++at_;
}

std::unexpected<Problem> CsvReader::fail(std::string_view message, const char* where) const {
  return problem(fmt::format("{} in line {}", message, line_),
                 static_cast<std::size_t>(where - begin_));
}

// --- writing ---------------------------------------------------------------------------------

CsvWriter& CsvWriter::field(std::string_view text) {
  if (needs_quotes(text)) return quoted_field(text);
  separate();
  row_has_no_content_ = row_has_no_content_ && text.empty();
  out_.append(text);
  return *this;
}

CsvWriter& CsvWriter::quoted_field(std::string_view text) {
  separate();
  row_has_no_content_ = false;
  out_ += '"';
  for (char c : text) {
    if (c == '"') out_ += '"';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

CsvWriter& CsvWriter::end_row() {
  if (row_has_no_content_) out_ += "\"\"";
  out_ += line_end_ == CsvLineEnd::crlf ? "\r\n" : "\n";
  row_is_empty_ = true;
  row_has_no_content_ = true;
  return *this;
}

void CsvWriter::separate() {
  if (!row_is_empty_) {
    out_ += separator_;
    row_has_no_content_ = false;
  }
  row_is_empty_ = false;
}

bool CsvWriter::needs_quotes(std::string_view text) const {
  if (text.empty()) return false;
  if (is_space(text.front()) || is_space(text.back())) return true;
  return std::ranges::any_of(
      text, [this](char c) { return c == separator_ || c == '"' || c == '\n' || c == '\r'; });
}

}  // namespace tt::wire
