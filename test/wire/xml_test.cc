#include "wire/xml.h"

#include <doctest/doctest.h>

using namespace tt;
using namespace tt::wire;

namespace {

std::string error_of(std::string_view text, const XmlLimits& limits = {}) {
  auto document = read_xml(text, limits);
  return document ? "no error" : document.error().message;
}

std::string text_of(std::string_view text) {
  auto document = read_xml(text);
  return document ? std::string(document->root().text().get()) : document.error().message;
}

}  // namespace

TEST_CASE("a feed in EEML") {
  auto document = read_xml(R"(<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment --><eeml xmlns="http://www.eeml.org/xsd/0.5.1" version="0.5.1">
  <environment id="504"><title>A &amp; B</title>
    <data id="0"><current_value at="2013-05-05T07:37:54Z">21.50</current_value></data>
    <data id="1"/></environment></eeml>)");
  REQUIRE(document);
  auto environment = document->root().child("environment");
  CHECK(std::string_view(document->root().name()) == "eeml");
  CHECK(std::string_view(environment.attribute("id").value()) == "504");
  CHECK(std::string_view(environment.child_value("title")) == "A & B");
  CHECK(std::string_view(environment.child("data").child_value("current_value")) == "21.50");
  CHECK(std::string_view(environment.last_child().attribute("id").value()) == "1");
}

TEST_CASE("references and sections") {
  CHECK(text_of("<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x20AC;&#x1F600;</a>") == "<>&\"'A€😀");
  CHECK(text_of("<a><![CDATA[<&foo;>]]></a>") == "<&foo;>");
  CHECK(text_of("\xEF\xBB\xBF<a>é</a>") == "é");
  CHECK(text_of("<a b='>'>x</a>") == "x");
  CHECK(text_of("<?xml version='1.0'?><?other &x;?><a>x</a><!-- &y; -->") == "x");
}

TEST_CASE("what is refused") {
  const std::pair<const char*, const char*> cases[] = {
      {"<a>\n <b></c></a>", "invalid format, element start and end names do not match at 2:7"},
      {"", "invalid format, there must be one outermost element at 1:1"},
      {"text", "invalid format, there must be one outermost element at 1:1"},
      {"<a/><b/>", "invalid format, there must be one outermost element at 1:1"},
      {"<a/>text", "invalid format, there must be one outermost element at 1:1"},
      {"<!DOCTYPE a><a/>", "invalid format, document type not allowed at 1:1"},
      {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
       "invalid format, document type not allowed at 1:1"},
      {"<a>&foo;</a>", "invalid format, unknown entity at 1:4"},
      {"<a b='&foo;'/>", "invalid format, unknown entity at 1:7"},
      {"<a>& b</a>", "invalid format, unknown entity at 1:4"},
      {"<a>&#0;</a>", "invalid format, unknown entity at 1:4"},
      {"<a>&#xD800;</a>", "invalid format, unknown entity at 1:4"},
      {"<a>&#x110000;</a>", "invalid format, unknown entity at 1:4"},
      {"<a>&#;</a>", "invalid format, unknown entity at 1:4"},
      {"<a>\x01</a>", "invalid format, control character at 1:4"},
      {"<a>\xFF</a>", "invalid format, bytes that are not UTF-8 at 1:4"},
      {"<a b='<!-- &#xD800; -->'/>", "invalid format, '<' inside a tag at 1:7"},
      {"<a b=\"> '<\"/>", "invalid format, '<' inside a tag at 1:10"},
  };
  for (auto [text, expected] : cases) CHECK_MESSAGE(error_of(text) == expected, text);
  for (auto broken : {"<a>", "<a", "<", "</a>", "<a b></a>", "<a b=></a>", "<a b='x></a>",
                      "<a><!-- </a>", "<a><![CDATA[x</a>", "<?xml", "<a></a"}) {
    CHECK_MESSAGE(error_of(broken) != "no error", broken);
  }
}

TEST_CASE("limits") {
  CHECK(error_of("<a><b><c/></b></a>", {.depth_max = 3}) == "no error");
  CHECK(error_of("<a><b><c><d/></c></b></a>", {.depth_max = 3}).contains("nested too deeply"));
  CHECK(error_of("<a/>", {.bytes_max = 3}).contains("too large"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "</a>";
  CHECK(error_of(deep).contains("nested too deeply"));
}

TEST_CASE("the writer") {
  std::string out;
  XmlWriter xml(out);
  xml.declaration().begin("eeml").attribute("version", "0.5.1").begin("data");
  xml.attribute("id", "a\"<b>\n&").end().element("title", "x < y & \"z\"\r").element("tag", "");
  xml.text("tail").end();
  CHECK(out == R"(<?xml version="1.0" encoding="UTF-8"?><eeml version="0.5.1">)"
               R"(<data id="a&quot;&lt;b&gt;&#10;&amp;"/>)"
               R"(<title>x &lt; y &amp; &quot;z&quot;&#13;</title><tag/>tail</eeml>)");
}

TEST_CASE("what was written is read back") {
  std::string all = "é€😀";
  for (char c = ' '; c < 127; ++c) all += c;
  for (std::string content : {all, std::string("a\r\nb\tc")}) {
    std::string out;
    XmlWriter(out).begin("a").attribute("b", content).text(content).end();
    auto document = read_xml(out);
    REQUIRE(document);
    CHECK(document->root().text().get() == content);
    CHECK(document->root().attribute("b").value() == content);
  }
  std::string repaired;
  XmlWriter(repaired).element("a", std::string_view("x\0\x01\xFFé\xE2\x82", 8));
  CHECK(text_of(repaired) == "x���é��");
}
