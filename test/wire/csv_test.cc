#include "wire/csv.h"

#include <doctest/doctest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/random.h"

using namespace tt;
using namespace tt::wire;

namespace {

// Rows as "a|b / c|d", or what was read before the problem and "!" with its offset and message.
std::string read(std::string_view text, const CsvOptions& options = {}) {
  CsvReader reader(text, options);
  std::string result;
  while (true) {
    auto more = reader.next();
    if (!more) return result + fmt::format("!{} {}", more.error().offset, more.error().message);
    if (!*more) return result;
    if (!result.empty()) result += " / ";
    result += fmt::format("{}", fmt::join(reader.row(), "|"));
  }
}

constexpr CsvOptions trimming{.space = CsvSpace::trim};

}  // namespace

TEST_CASE("rows and fields") {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"a", "a"},
      {"a,b\nc,d\n", "a|b / c|d"},
      {"a,b\r\nc,d\r\n", "a|b / c|d"},
      {"a,b\rc,d\r", "a|b / c|d"},
      {"a,b\n\n\r\nc,d", "a|b / c|d"},
      {",", "|"},
      {"a,", "a|"},
      {"a,,b\n", "a||b"},
      {" a , b ", " a | b "},
      {"\xEF\xBB\xBF"
       "a,b",
       "a|b"},
      {R"("a","b")", "a|b"},
      {R"("a,b","c""d","")", "a,b|c\"d|"},
      {"\"a\nb\",c\nd", "a\nb|c / d"},
      {R"("""")", "\""},
      {R"("""a""","b""b""b",c)", "\"a\"|b\"b\"b|c"},
      {"\"x\"\n\"\"\n", "x / "},
  };
  for (auto [text, expected] : cases) CHECK_MESSAGE(read(text) == expected, text);
}

TEST_CASE("white space around fields can be trimmed") {
  CHECK(read(" a ,\tb\t\n  c,d  ", trimming) == "a|b / c|d");
  CHECK(read(" \"a \" , \" b\" \n", trimming) == "a | b");
  CHECK(read("a b , c", trimming) == "a b|c");
  CHECK(read("   \n a \n\t", trimming) == "a");
  CHECK(read(" , ", trimming) == "|");
  CHECK(read("   ") == "   ");
}

TEST_CASE("other separators") {
  CHECK(read("a;b,c;d", {.separator = ';'}) == "a|b,c|d");
  CHECK(read("a\tb\t\t c ", {.separator = '\t', .space = CsvSpace::trim}) == "a|b||c");
}

TEST_CASE("problems name the line and the byte") {
  CHECK(read("a,b\nc,\"d") == "a|b!6 quoted field is not closed in line 2");
  CHECK(read("a\nb\"c") == "a!3 quote inside an unquoted field in line 2");
  CHECK(read("\"a\nb\"c") == "!5 text behind a quoted field in line 2");
  CHECK(read("a\xFF") == "!0 CSV is not UTF-8");
  CHECK(read("a,b,c", {.fields_max = 2}) == "!4 too many fields in a row in line 1");
  CHECK(read("a\nb\nc", {.rows_max = 2}) == "a / b!4 too many rows in line 3");
}

TEST_CASE("lines are counted, also inside of quotes") {
  CsvReader reader("a\n\n\"b\nb\"\r\nc");
  std::string lines;
  while (reader.next().value()) lines += std::to_string(reader.line()) + " ";
  CHECK(lines == "1 3 5 ");
}

TEST_CASE("fields are quoted only when they must be") {
  std::string out;
  CsvWriter csv(out);
  csv.field("temp").field("").quoted_field("").end_row();
  csv.field("a,b").field("c\"d").field("e\nf").field(" g").end_row();
  csv.field("").end_row().field("").field("").end_row().end_row();
  CHECK(out == "temp,,\"\"\n\"a,b\",\"c\"\"d\",\"e\nf\",\" g\"\n\"\"\n,\n\"\"\n");
  std::string crlf;
  CsvWriter(crlf, CsvLineEnd::crlf, ';').field("a,b").field("c;d").end_row();
  CHECK(crlf == "a,b;\"c;d\"\r\n");
}

TEST_CASE("what was written is read back") {
  SeededRandom random(4);
  std::string_view pieces[] = {"a", ",", "\"", "\n", "\r", " ", "é", "21.5", "\t", ""};
  for (int round = 0; round < 500; ++round) {
    std::vector<std::vector<std::string>> rows(1 + random.below(4));
    std::string out;
    CsvWriter csv(out, random.below(2) ? CsvLineEnd::lf : CsvLineEnd::crlf);
    for (auto& row : rows) {
      row.resize(1 + random.below(4));
      for (auto& field : row) {
        for (auto size = random.below(5); size > 0; --size) field += pieces[random.below(10)];
        csv.field(field);
      }
      csv.end_row();
    }
    for (auto space : {CsvSpace::keep, CsvSpace::trim}) {
      CsvReader reader(out, {.space = space});
      for (const auto& row : rows) {
        REQUIRE(reader.next().value());
        CHECK(std::ranges::equal(reader.row(), row));
      }
      CHECK_FALSE(reader.next().value());
    }
  }
}
