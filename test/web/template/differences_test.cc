// What a close look at the original found: small print of tags and filters.
#include "template_test_support.h"
#include "web/template/number_format.h"

using namespace tt;
using namespace tt::web;

namespace {

std::string filtered(Value value, const std::string& filters) {
  return page("{{ v|" + filters + " }}", {{"v", std::move(value)}});
}

std::string german(std::string source, const Context& context) {
  TemplateSettings settings;
  settings.numbers = number_format_of("de-at");
  Engine engine(std::make_unique<MapLoader>(Sources()), std::move(settings));
  return engine.compile(std::move(source))->render(context);
}

}  // namespace

TEST_CASE("numbers in another language") {
  CHECK(german("{{ v }} {{ v|floatformat:'1g' }}", {{"v", 1234567.25}}) ==
        "1234567,25 1.234.567,3");
  CHECK(german("{{ v|floatformat }} {{ v|floatformat:'g' }}", {{"v", -10000}}) == "-10000 -10.000");
  CHECK(german("{{ v|filesizeformat }}|{{ x|filesizeformat }}|{{ 1|filesizeformat }}",
               {{"v", 10240}, {"x", ""}}) == "10,0\u00A0KB|0\u00A0Bytes|1\u00A0Byte");
  CHECK(localized_in_groups("1234.5", number_format_of("fr")) == "1\u00A0234,5");
  CHECK(localized_in_groups("123456", number_format_of("xx")) == "123,456");
  CHECK(localized_in_groups("-123", number_format_of("en")) == "-123");
}

TEST_CASE("people read no exponents") {
  CHECK(page("{{ v }}", {{"v", 1e16}}) == "10000000000000000");
  CHECK(page("{{ v }}", {{"v", 1e-5}}) == "0.00001");
  CHECK(page("{{ v }}", {{"v", 1.0}}) == "1.0");
  CHECK(page("{{ v }}", {{"v", 1e250}}) == "1e+250");
}

TEST_CASE("words in capitals and in lines") {
  CHECK(filtered("joe's o'neil", "title|safe") == "Joe's O'Neil");
  CHECK(filtered("I'M 1ST 42ND x2y", "title|safe") == "I'M 1st 42nd X2y");
  CHECK(filtered("x  y   z", "wordwrap:3") == "x\ny\nz");
  CHECK(filtered("a bcdefgh i", "wordwrap:3") == "a\nbcdefgh\ni");
  CHECK(filtered("one\n\ntwo three", "wordwrap:5") == "one\n\ntwo\nthree");
  CHECK(filtered("  indented text", "wordwrap:10") == "  indented\ntext");
  CHECK(filtered(std::string(5, ' '), "wordwrap:2") == "");
}

TEST_CASE("filters with odd arguments") {
  CHECK(filtered("5.5", "floatformat:'x'|safe") == "'5.5'");
  CHECK(filtered("nan", "floatformat|safe") == "'nan'");
  CHECK(filtered(true, "floatformat:'x'") == "True");
  CHECK(filtered(true, "yesno:'a,b,c,d'") + filtered(Value(), "yesno:'a,b,c,d'") == "ab");
  CHECK(filtered("012", "get_digit:0") == "12");
  CHECK(filtered(65, "stringformat:'c'") + filtered(0x20AC, "stringformat:'c'") == "A€");
  CHECK(filtered(0xD800, "stringformat:'c'") == "");
  CHECK(filtered(List{List{2, "a"}, List{1, "b"}}, "dictsort:0|first|last") == "b");
  CHECK(filtered(List{List{2, "a"}, List{1, "b"}}, "dictsort:'0'") == "");
  CHECK(filtered(Date{std::chrono::sys_days{}}, "date:''") == "Jan. 1, 1970");
  CHECK(filtered(*parse_time("2014-03-04T01:02:03Z"), "date:'r'") ==
        "Tue, 04 Mar 2014 01:02:03 +0000");
  CHECK(filtered(*parse_time("2014-03-04T01:02:03Z"), "time:'O T Z'") == "+0000 UTC 0");
  CHECK(filtered(TimeOfDay{std::chrono::hours(4), std::chrono::minutes(0)}, "time:'P:e:O:T:Z'") ==
        "4 a.m.::::");
}

TEST_CASE("HTML in filters") {
  CHECK(filtered("a<p title=\"1 > 0\" onclick='x(\"<y>\")'>b", "striptags") == "ab");
  CHECK(filtered("a<p title=\"open>b", "striptags") == "ab");
  CHECK(filtered(List{"a", List{}, "b"}, "unordered_list") == "\t<li>a</li>\n\t<li>b</li>");
  CHECK(filtered("http://a.example/%D6%B4%BD", "urlize")
            .find("href=\"http://a.example/"
                  "%D6%B4%EF%BF%BD\"") != std::string::npos);
}

TEST_CASE("names of templates count from the one that says them") {
  Sources sources{{"dir/x", "{% include './y' %}{% include \"../z\" %}"},
                  {"dir/y", "Y"},
                  {"z", "Z"},
                  {"dir/sub/child", "{% extends '../base' %}{% block a %}new{% endblock %}"},
                  {"dir/base", "<{% block a %}{% endblock %}>"},
                  {"dir/self", "{% include './self' %}"},
                  {"out", "{% include '../x' %}"}};
  CHECK(page("{% include 'dir/x' %}", {}, sources) == "YZ");
  CHECK(page("{% extends './dir/sub/child' %}", {}, sources) == "<new>");
  CHECK(failure("{% include 'out' %}", {}, sources).find("points outside") != std::string::npos);
  CHECK(failure("{% include 'dir/self' %}", {}, sources).find("itself") != std::string::npos);
}

TEST_CASE("ifchanged remembers across includes of one loop") {
  Sources sources{{"in", "{% ifchanged n %}{{ n }}{% endifchanged %}"},
                  {"cycle", "{% cycle 'a' 'b' %}"}};
  Context context{{"l", List{1, 1, 2, 2, 1}}};
  CHECK(page("{% for n in l %}{% include 'in' %}{% endfor %}", context, sources) == "121");
  CHECK(page("{% for n in l %}{% include 'in' with n=n only %}{% endfor %}", context, sources) ==
        "11221");
  CHECK(page("{% for n in l %}{% include 'cycle' %}{% endfor %}", context, sources) == "aaaaa");
  CHECK(page("{% for o in l %}{% for n in l %}{% include 'in' %}{% endfor %};{% endfor %}",
             {{"l", List{1, 1}}}, sources) == "1;1;");
}

TEST_CASE("small print of tags") {
  CHECK(failure("{% if 1 %}{% endif 1 %}") != "no error");
  CHECK(failure("{% extends 'a' %}{% extends 'b' %}") != "no error");
  CHECK(failure("{% load nothing_here from i18n %}") != "no error");
  CHECK(page("{% load trans upper from i18n %}ok") == "ok");
  CHECK(page("{% csrf_token %}", {{"csrf_token", "NOTPROVIDED"}}) == "");
  CHECK(page("{% static 'a b?&.css' %}") == "/static/a%20b%3F%26.css");
  CHECK(page("{% block first %}{{ block.name }}{% endblock %}") == "first");
  CHECK(page("{% debug %}", {{"secret", "s"}}) == "");
}

TEST_CASE("lorem fills pages") {
  CHECK(page("{% lorem 3 w %}") == "lorem ipsum dolor");
  CHECK(page("{% lorem %}").starts_with("Lorem ipsum dolor sit amet, consectetur"));
  CHECK(page("{% lorem 1 p %}").starts_with("<p>Lorem ipsum"));
  auto two = page("{% lorem n p random %}", {{"n", 2}});
  CHECK(two.find("</p>\n\n<p>") != std::string::npos);
  CHECK(page("{% lorem 50 w random %}|").find("  ") == std::string::npos);
  CHECK(failure("{% lorem 1 2 3 w %}") != "no error");
  CHECK(page("{% lorem -1 w %}") == "");
}
