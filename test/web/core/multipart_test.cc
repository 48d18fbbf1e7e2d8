#include "web/core/multipart.h"

#include <doctest/doctest.h>

using namespace tt;
using namespace tt::web;

namespace {

MultipartForm parse(std::string_view body, FormLimits limits = {}) {
  return parse_multipart(body, "multipart/form-data; boundary=XX", limits);
}

std::string part(std::string_view headers, std::string_view content) {
  return "--XX\r\n" + std::string(headers) + "\r\n\r\n" + std::string(content) + "\r\n";
}
std::string field(std::string_view name, std::string_view value) {
  return part("Content-Disposition: form-data; name=\"" + std::string(name) + "\"", value);
}
std::string file(std::string_view name, std::string_view content) {
  return part("Content-Disposition: form-data; name=\"f\"; filename=\"" + std::string(name) + "\"",
              content);
}

Code refused(std::string_view body, std::string_view content_type, FormLimits limits = {}) {
  try {
    parse_multipart(body, content_type, limits);
  } catch (const Error& e) {
    return e.code();
  }
  FAIL("not refused");
  return Code::internal;
}
Code refused(std::string_view body, FormLimits limits = {}) {
  return refused(body, "multipart/form-data; boundary=XX", limits);
}

}  // namespace

TEST_CASE("fields and files of a form") {
  auto form = parse("preamble\r\n" + field("a", "1") + field("a", "") +
                    part("content-disposition: form-data; name=f; filename=\"r.csv\"\r\n"
                         "Content-Type: text/csv\r\nX-Other: y",
                         "t,v\r\n1,2\r\n") +
                    field("b", "caf\xC3\xA9") + "--XX--\r\nepilogue");
  CHECK(form.fields.get_all("a") == std::vector<std::string>{"1", ""});
  CHECK(form.fields.get("b") == "café");
  REQUIRE(form.files.size() == 1);
  CHECK(form.files[0].field == "f");
  CHECK(form.files[0].name == "r.csv");
  CHECK(form.files[0].content_type == "text/csv");
  CHECK(form.files[0].content == "t,v\r\n1,2\r\n");
}

TEST_CASE("what looks like a boundary is content") {
  auto form = parse(field("a", "x--XX") + field("b", "\r\n-XX\r\n--X") + "--XX--");
  CHECK(form.fields.get("a") == "x--XX");
  CHECK(form.fields.get("b") == "\r\n-XX\r\n--X");
}

TEST_CASE("file names lose folders and control characters") {
  auto name = [](std::string_view written) {
    auto form = parse(file(written, "x") + "--XX--");
    return form.files.empty() ? std::string("(none)") : form.files[0].name;
  };
  CHECK(name("a.txt") == "a.txt");
  CHECK(name("../../etc/passwd") == "passwd");
  CHECK(name("C:\\Users\\a\\b.png") == "b.png");
  CHECK(name("a\\\"b.txt") == "a\"b.txt");
  CHECK(name("a\x01\tb") == "ab");
  CHECK(name("..") == "(none)");
  CHECK(name("x/") == "(none)");
  CHECK(name("") == "(none)");
  CHECK(name("\xFF.txt") == "\uFFFD.txt");
}

TEST_CASE("base64 parts are decoded") {
  auto form = parse(part("Content-Disposition: form-data; name=a\r\n"
                         "Content-Transfer-Encoding: base64",
                         "aGVs\r\nbG8=") +
                    "--XX--");
  CHECK(form.fields.get("a") == "hello");
  CHECK(refused(part("Content-Disposition: form-data; name=a\r\n"
                     "Content-Transfer-Encoding: base64",
                     "!!!") +
                "--XX--") == Code::invalid);
}

TEST_CASE("boundaries as clients write them") {
  auto boundary = [](std::string_view content_type) {
    return parse_multipart("--a b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n--a b--",
                           content_type, {})
        .fields.get("x");
  };
  CHECK(boundary("multipart/form-data; boundary=\"a b\"") == "y");
  CHECK(boundary("multipart/form-data; charset=utf-8; Boundary=\"a b\"; x=y") == "y");
  CHECK(refused("", "multipart/form-data") == Code::invalid);
  CHECK(refused("", "multipart/form-data; boundary=") == Code::invalid);
  CHECK(refused("", "multipart/form-data; boundary=\"open") == Code::invalid);
  CHECK(refused("", "multipart/form-data; boundary=\"a\nb\"") == Code::invalid);
  CHECK(refused("", "multipart/form-data; boundary=" + std::string(71, 'x')) == Code::invalid);
}

TEST_CASE("malformed forms are refused") {
  for (std::string body :
       {std::string(), std::string("nothing"), std::string("--XX"), std::string("--XX\r\n"),
        std::string("--XXjunk\r\n\r\n--XX--"), std::string("--XX\r\n\r\nno headers\r\n--XX--"),
        std::string("--XX\r\nno colon\r\n\r\nx\r\n--XX--"),
        std::string("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n"
                    "x\r\n--XX--"),
        std::string("--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--"),
        field("", "x") + "--XX--", field("a", "never ends")}) {
    CAPTURE(body);
    CHECK(refused(body) == Code::invalid);
  }
}

TEST_CASE("every limit holds") {
  auto end = std::string("--XX--");
  auto fields = field("a", "1") + field("b", "2") + field("c", "3") + end;
  CHECK_NOTHROW(parse(fields, {.fields_max = 3}));
  CHECK(refused(fields, {.fields_max = 2}) == Code::too_large);
  CHECK_NOTHROW(parse(fields, {.fields_bytes_max = 6}));
  CHECK(refused(fields, {.fields_bytes_max = 5}) == Code::too_large);
  auto files = file("a", "123") + file("b", "456") + end;
  CHECK_NOTHROW(parse(files, {.files_max = 2, .files_bytes_max = 6}));
  CHECK(refused(files, {.files_max = 1}) == Code::too_large);
  CHECK(refused(files, {.files_bytes_max = 5}) == Code::too_large);
  // Files that were not chosen cost as much.
  CHECK(refused(file("", "") + file("", "") + end, {.files_max = 1}) == Code::too_large);
  CHECK(refused(part("Content-Disposition: form-data; name=a\r\nX: " + std::string(1100, 'x'), "") +
                end) == Code::too_large);
}
