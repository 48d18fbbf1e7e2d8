#pragma once

// CSV (RFC 4180): a reader of rows of fields, and a writer.
//
//   file   = [BOM] record *( line-end record ) [ line-end ]
//   record = field *( separator field )           line-end = CRLF / LF / CR
//   field  = DQUOTE *( any except DQUOTE / DQUOTE DQUOTE ) DQUOTE / *( any except , " CR LF )
//
// Beyond the RFC: any line end is read, lines without content are skipped, and white space around
// fields can be trimmed.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::wire {

enum class CsvSpace : unsigned char { keep, trim };

struct CsvOptions {
  char separator = ',';
  CsvSpace space = CsvSpace::keep;  // spaces and tabs around a field, outside of its quotes
  std::size_t fields_max = 1000;    // in one row
  std::size_t rows_max = 10'000'000;
};

class CsvReader {
 public:
  // `text` must outlive the reader.
  explicit CsvReader(std::string_view text, const CsvOptions& options = {});

  // Reads the next row; false when there is none.  A Problem names the line; the reader must not
  // be used after it.
  Result<bool> next();

  // The fields of the row, at least one; valid until the next call of next().
  std::span<const std::string_view> row() const { return fields_; }
  // The line, from 1, in which the row starts.
  std::size_t line() const { return row_line_; }

 private:
  Result<void> begin();
  bool skip_blank_lines();
  Result<void> read_row();
  Result<void> read_field();
  Result<void> read_quoted_field();
  bool take_line_end();
  void skip_space();
  std::unexpected<Problem> fail(std::string_view message, const char* where) const;

  CsvOptions options_;
  const char* begin_;
  const char* end_;
  const char* at_;
  std::size_t line_ = 1;
  std::size_t row_line_ = 0;
  std::size_t rows_ = 0;
  std::vector<std::string_view> fields_;
  std::string unquoted_;  // fields of this row that had doubled quotes
};

enum class CsvLineEnd : unsigned char { lf, crlf };

class CsvWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit CsvWriter(std::string& out, CsvLineEnd line_end = CsvLineEnd::lf, char separator = ',')
      : out_(out), line_end_(line_end), separator_(separator) {}

  // Quoted only when it must be.
  CsvWriter& field(std::string_view text);
  CsvWriter& quoted_field(std::string_view text);
  CsvWriter& end_row();

 private:
  void separate();
  bool needs_quotes(std::string_view text) const;

  std::string& out_;
  CsvLineEnd line_end_;
  char separator_;
  bool row_is_empty_ = true;        // no field yet
  bool row_has_no_content_ = true;  // one empty field, which would read as a blank line
};

}  // namespace tt::wire
