#include "template_test_support.h"

using namespace tt;
using namespace tt::web;

namespace {

// "{{ value|filters }}"
std::string filtered(Value value, const std::string& filters) {
  return page("{{ v|" + filters + " }}", {{"v", std::move(value)}});
}

}  // namespace

TEST_CASE("texts") {
  CHECK(filtered("straße é", "upper") == "STRASSE É");
  CHECK(filtered("ÀΩЯ", "lower") == "àωя");
  CHECK(filtered("joe's 2ND day", "title|safe") == "Joe's 2nd Day");
  CHECK(filtered("Ünï & co_de -- x!", "slugify") == "uni-co_de-x");
  CHECK(filtered("äbc", "capfirst") == "Äbc");
  CHECK(filtered("abcd", "truncatechars:3") == "ab…");
  CHECK(filtered("a b  c d", "truncatewords:2") == "a b …");
  CHECK(filtered("<p>one <b>two three</b></p>", "truncatewords_html:2|safe") ==
        "<p>one <b>two …</b></p>");
  CHECK(filtered("<p>abcdef</p>", "truncatechars_html:3|safe") == "<p>ab…</p>");
  CHECK(filtered("one two three", "wordwrap:7") == "one two\nthree");
  CHECK(filtered("ab", "center:5") + "|" + filtered("ab", "rjust:4") + "|" == "  ab |  ab|");
  CHECK(filtered("abcdef", "slice:'1:-1:2'") == "bd");
  CHECK(filtered("a\"b", "addslashes|safe") == "a\\\"b");
  CHECK(filtered("1-800-FLOWERS", "phone2numeric") == "1-800-3569377");
  CHECK(filtered("a\n<", "linenumbers") == "1. a\n2. &lt;");
  CHECK(filtered("a b c", "cut:' '") == "abc");
}

TEST_CASE("HTML and addresses") {
  CHECK(filtered("a & b\n\nc\nd", "linebreaks") == "<p>a &amp; b</p>\n\n<p>c<br>d</p>");
  CHECK(filtered("<b>x</b> 1 < 2<!-- c -->", "striptags") == "x 1 &lt; 2");
  CHECK(filtered("<scr<b>ipt>x", "striptags").find("script") == std::string::npos);
  CHECK(filtered("'</script>\n", "escapejs") == "\\u0027\\u003C/script\\u003E\\u000A");
  Map map{{"a", List{1, true, Value(), "<&ä"}}};
  CHECK(filtered(map, "json_script:'i'") ==
        "<script id=\"i\" type=\"application/json\">"
        R"({"a": [1, true, null, "\u003C\u0026\u00e4"]}</script>)");
  CHECK(filtered("a b/ü?", "urlencode") == "a%20b/%C3%BC%3F");
  CHECK(filtered("see www.example.org/a?b=c&d=<x> (me@example.org).", "urlize") ==
        "see <a href=\"http://www.example.org/a?b=c&amp;d=\" "
        "rel=\"nofollow\">www.example.org/a?b=c&amp;d=</a>"
        "&lt;x&gt; (<a href=\"mailto:me@example.org\">me@example.org</a>).");
  CHECK(filtered("javascript:alert(1).com", "urlize").find("href=\"javascript") ==
        std::string::npos);
  CHECK(filtered("http://bücher.example/", "urlize").find("http://xn--bcher-kva.example/") !=
        std::string::npos);
  CHECK(filtered("http://example.org/long", "urlizetrunc:8").find(">http://…<") !=
        std::string::npos);
  CHECK(filtered(List{"a", List{"<"}}, "unordered_list") ==
        "\t<li>a\n\t<ul>\n\t\t<li>&lt;</li>\n\t</ul>\n\t</li>");
}

TEST_CASE("numbers") {
  CHECK(filtered(34.25, "floatformat") == "34.3");
  CHECK(filtered(34.0, "floatformat") == "34");
  CHECK(filtered(0.995, "floatformat:2") == "1.00");
  CHECK(filtered(-0.04, "floatformat:1") == "0.0");
  CHECK(filtered(1234567.891, "floatformat:'2g'") == "1,234,567.89");
  CHECK(filtered("x", "floatformat") == "");
  CHECK(filtered(1, "floatformat:300") == "1");
  CHECK(filtered(1536, "filesizeformat") == "1.5\u00A0KB");
  CHECK(filtered(-1, "filesizeformat") == "-1\u00A0byte");
  CHECK(filtered("4", "add:3") == "7");
  CHECK(filtered("a", "add:'b'") == "ab");
  CHECK(filtered(List{1}, "add:v|join:','") == "1,1");
  CHECK(filtered(INT64_MAX, "add:1") == "");
  CHECK(filtered(1, "pluralize:'y,ies'") + filtered(2, "pluralize:'y,ies'") == "yies");
  CHECK(filtered(3.14159, "stringformat:'.2f'") == "3.14");
  CHECK(filtered(7, "stringformat:'03d'") == "007");
  CHECK(filtered("x", "stringformat:'n'") == "");
  CHECK(filtered("x", "stringformat:'99999s'") == "");
  CHECK(filtered(123, "get_digit:1") == "3");
  CHECK(filtered(21, "divisibleby:7") == "True");
  CHECK(filtered(Value(), "yesno:'a,b,c'") + filtered(false, "yesno") == "cno");
}

TEST_CASE("lists") {
  List rows{Map{{"n", 2}, {"k", "b"}}, Map{{"n", 1}, {"k", "c"}}, Map{{"n", 2}, {"k", "a"}}};
  auto keys = [&](const std::string& filter) {
    return page("{% for r in v|" + filter + " %}{{ r.k }}{% endfor %}", {{"v", rows}});
  };
  CHECK(keys("dictsort:'n'") == "cba");
  CHECK(keys("dictsortreversed:'n'") == "bac");
  CHECK(keys("dictsort:'_n'") == "");
  CHECK(keys("slice:'-1:'") == "a");
  CHECK(filtered(List{"<", Value::safe("<")}, "join:'&'") == "&lt;&<");
  CHECK(filtered(List{1, 2}, "first") + filtered(List{1, 2}, "last") + filtered(List{}, "last") ==
        "12");
  CHECK(filtered("äö", "length") + filtered(List{1}, "length_is:1") == "2True");
  CHECK(filtered(List{5}, "random") == "5");
  CHECK(filtered("ab", "make_list|join:'-'") == "a-b");
}

TEST_CASE("dates") {
  auto time = *parse_time("2014-03-04T13:05:09.25Z");
  CHECK(filtered(time, "date:'jS N y, g:i a, W z t L u e O U'") ==
        "4th March 14, 1:05 p.m., 10 63 31 False 250000 UTC +0000 1393938309");
  CHECK(filtered(time, "date:'c'") == "2014-03-04T13:05:09.250000+00:00");
  CHECK(filtered(time, "time:'H:i:s'") == "13:05:09");
  CHECK(filtered(Date{std::chrono::sys_days{}}, "date") == "Jan. 1, 1970");
  CHECK(filtered("x", "date") == "");
  CHECK(filtered(*parse_time("2014-02-01T10:00:00Z"), "timesince") == "1\u00A0month");
  CHECK(filtered(*parse_time("2014-03-04T12:30:09Z"), "timeuntil") ==
        "1\u00A0hour, 59\u00A0minutes");
  CHECK(filtered(*parse_time("2015-01-01T00:00:00Z"), "timesince") == "0\u00A0minutes");
}
