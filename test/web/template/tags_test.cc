#include "template_test_support.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("if: operators and their strength") {
  Context c{{"t", true},       {"f", false}, {"n", 3},
            {"l", List{1, 3}}, {"s", "abc"}, {"none", Value()}};
  auto yes = [&](const std::string& condition) {
    return page("{% if " + condition + " %}1{% else %}0{% endif %}", c) == "1";
  };
  CHECK(yes("t or f and f"));
  CHECK(yes("not f and t"));
  CHECK_FALSE(yes("not t or f"));
  CHECK(yes("n in l and n == 3"));
  CHECK(yes("5 not in l"));
  CHECK(yes("not n in l == f"));
  CHECK(yes("'b' in s"));
  CHECK(yes("none is None"));
  CHECK(yes("n is not None"));
  CHECK(yes("missing == None"));
  CHECK(yes("1 < n and n <= 3.0 and n != 4"));
  CHECK_FALSE(yes("s < n"));
  CHECK_FALSE(yes("n in n"));
  CHECK_FALSE(yes("s|default:missing == s"));
  CHECK(page("{% if f %}a{% elif n > 5 %}b{% elif n %}c{% else %}d{% endif %}", c) == "c");
  CHECK(failure("{% if a b %}{% endif %}").find("Unused 'b' at end of if expression.") !=
        std::string::npos);
  CHECK(failure("{% if a and %}{% endif %}").find("Unexpected end") != std::string::npos);
}

TEST_CASE("for: forloop, nesting, unpacking, reversed, empty") {
  Context c{{"l", List{"a", "b", "c"}}, {"p", List{List{1, 2}, List{3, 4}}}};
  CHECK(page("{% for x in l %}{{ forloop.counter }}{{ forloop.revcounter0 }}{{ x }}"
             "{% if forloop.last %}.{% endif %}{% endfor %}{{ x }}{{ forloop }}",
             c) == "12a21b30c.");
  CHECK(page("{% for x, y in p reversed %}{{ x }}-{{ y }};{% endfor %}", c) == "3-4;1-2;");
  CHECK(page("{% for r in p %}{% for x in r %}{{ forloop.parentloop.counter0 }}{{ x }} {% endfor "
             "%}{% endfor %}",
             c) == "01 02 13 14 ");
  CHECK(page("{% for x in none %}{{ x }}{% empty %}none{% endfor %}", c) == "none");
  CHECK(failure("\n\n{% for x, y in l %}{% endfor %}", c) ==
        "page.html, line 3, in \"for x, y in l\": Need 2 values to unpack in for loop; got 1.");
  CHECK(failure("{% for x from l %}{% endfor %}").find("should use the format") !=
        std::string::npos);
  CHECK(failure("{% for x in l %}").find("Unclosed tag, looking for one of: empty, endfor") !=
        std::string::npos);
}

TEST_CASE("cycle, resetcycle, ifchanged, firstof") {
  Context c{{"l", List{1, 1, 2, 2, 3}}, {"h", "<"}};
  CHECK(page("{% for x in l %}{% cycle 'a' h %}{% endfor %}", c) == "a&lt;a&lt;a");
  CHECK(page("{% for x in l %}{% cycle 'a' 'b' as k silent %}{{ k }}{% if x == 2 %}{% resetcycle k "
             "%}{% endif %}{% endfor %}",
             c) == "abaaa");
  CHECK(page("{% for x in l %}{% ifchanged x %}{{ x }}{% else %}.{% endifchanged %}{% endfor %}",
             c) == "1.2.3");
  CHECK(page("{% for x in l %}{% ifchanged %}{{ x }}{% endifchanged %}{% endfor %}", c) == "123");
  CHECK(page("{% firstof no h 'x' %}{% firstof no as v %}[{{ v }}]", c) == "&lt;[]");
  CHECK(page("{% ifequal h '<' %}same{% else %}other{% endifequal %}", c) == "same");
}

TEST_CASE("with, regroup, widthratio, now, url, static, csrf_token") {
  Context c{
      {"w", List{Map{{"k", "a"}, {"v", 1}}, Map{{"k", "a"}, {"v", 2}}, Map{{"k", "b"}, {"v", 3}}}},
      {"csrf_token", "to<ken"}};
  CHECK(page("{% with a=1 b='x' %}{{ a }}{{ b }}{% endwith %}{{ a }}{% with 2 as z %}{{ z }}{% "
             "endwith %}") == "1x2");
  CHECK(page("{% regroup w by k as g %}{% for group in g %}{{ group.grouper }}:{% for i in "
             "group.list %}{{ i.v }}"
             "{% endfor %} {% endfor %}{% for k, l in g %}{{ k }}{{ l|length }}{% endfor %}",
             c) == "a:12 b:3 a2b1");
  CHECK(page("{% widthratio 175 200 100 %} {% widthratio 1 0 9 %} {% widthratio 5 10 1 as r %}{{ r "
             "}}") == "88 0 0");
  CHECK(page("{% now 'Y-m-d H:i' %}{% now 'D' as d %} {{ d }}") == "2014-03-04 10:30 Tue");
  CHECK(page("{% url 'station' 5 %} {% url 'station' %} {% url 'none' as u %}[{{ u }}]") ==
        "/station/5 /stations/?a&amp;b []");
  CHECK(failure("{% url 'none' %}").find("Reverse for 'none' not found") != std::string::npos);
  CHECK(page("{% load static %}{% static 'a b.css' %}") == "/static/a%20b.css");
  CHECK(page("{% csrf_token %}", c) ==
        R"(<input type="hidden" name="csrfmiddlewaretoken" value="to&lt;ken">)");
}

TEST_CASE("comment, verbatim, spaceless, filter, templatetag") {
  CHECK(page("a{% comment %}{% if %}{{ ! }}{% endcomment %}b{# {{ x }} #}c") == "abc");
  CHECK(page("{% verbatim %}{{ x }}{% if %}{% endverbatim %}") == "{{ x }}{% if %}");
  CHECK(page("{% verbatim a %}{% endverbatim %}{# c #}{% endverbatim a %}") ==
        "{% endverbatim %}{# c #}");
  CHECK(page("{% spaceless %} <p>\n <a> x </a> </p> {% endspaceless %}") == "<p><a> x </a></p>");
  CHECK(page("{% filter force_escape|upper %}<a>{% endfilter %}") == "&LT;A&GT;");
  CHECK(page("{% templatetag openblock %}{% templatetag closecomment %}") == "{%#}");
  CHECK(page("{{ a\n}}{%\n%}{ {") == "{{ a\n}}{%\n%}{ {");
  CHECK(failure("{% nosuch %}").find("Invalid block tag: 'nosuch'") != std::string::npos);
  CHECK(failure("{% load nosuch %}").find("not a registered tag library") != std::string::npos);
}

TEST_CASE("a loop's forloop may outlive the loop") {
  CHECK(page("{% with x=1 %}{% for a in l %}{% cycle forloop 2 as x silent %}{% endfor %}{{ x }}"
             "{% endwith %}",
             {{"l", List{1}}}) == "forloop 2");
}

TEST_CASE("cache renders its body and checks its arguments") {
  CHECK(page("{% cache 60 name %}{{ x }}{% endcache %}", {{"x", 1}}) == "1");
  CHECK(failure("{% cache x name %}{% endcache %}").find("non-integer") != std::string::npos);
  CHECK(failure("{% cache 1 %}{% endcache %}").find("at least 2") != std::string::npos);
  CHECK(page("{% get_static_prefix %}{% get_media_prefix as m %}{{ m }}") == "/static//media/");
}

TEST_CASE("translation passes its text through") {
  CHECK(page("{% load i18n %}{% trans 'Hi' %} {% translate x %}", {{"x", "<"}}) == "Hi &lt;");
  CHECK(page("{% blocktrans with n=x|upper %}Hi {{ n }}{% endblocktrans %}", {{"x", "a"}}) ==
        "Hi A");
  CHECK(page("{% blocktranslate count n=l|length trimmed %}\n one \n{% plural %}\n {{ n }}\n all\n"
             "{% endblocktranslate %}",
             {{"l", List{1, 2}}}) == "2 all");
}
