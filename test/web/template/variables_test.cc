#include "template_test_support.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("texts are escaped unless they are safe") {
  Context context{{"x", "<a href='\"'>&"}, {"y", Value::safe("<b>")}};
  CHECK(page("{{ x }}", context) == "&lt;a href=&#x27;&quot;&#x27;&gt;&amp;");
  CHECK(page("{{ y }}{{ y|upper }}{{ y|lower }}", context) == "<b>&lt;B&gt;<b>");
  CHECK(page("{% autoescape off %}{{ x }}{% endautoescape %}{{ x|safe }}", context) ==
        "<a href='\"'>&<a href='\"'>&");
  CHECK(page(R"({{ "<i>" }}{{ nothing|default:"<i>" }})") == "<i><i>");
  CHECK(page("{{ l }}", {{"l", List{"<"}}}) == "[&#x27;&lt;&#x27;]");
}

TEST_CASE("dots look into maps, lists, times, computed values and objects") {
  Context context{{"m", Map{{"k", Map{{"2", "two"}}}, {"items", "mine"}}},
                  {"l", List{"a", List{"b", "c"}}},
                  {"t", *parse_time("2014-03-04T10:30:10Z")},
                  {"f", Computed([] { return Value(Map{{"x", 7}}); })},
                  {"s", "äb"}};
  CHECK(page("{{ m.k.2 }} {{ m.items }} {{ l.1.0 }} {{ t.year }}:{{ t.minute }} {{ f.x }}",
             context) == "two mine b 2014:30 7");
  CHECK(page("{{ s.0 }}{{ s.1 }}{{ s.2 }}|{{ l.7 }}|{{ m.none.k }}|{{ l.x }}", context) == "äb|||");
  CHECK(page("{% for k, v in m.k.items %}{{ k }}={{ v }}{% endfor %}", context) == "2=two");
}

TEST_CASE("values print as the original prints them") {
  Context context{{"i", -5},  {"r", 1.0}, {"n", Value()}, {"b", true}, {"d", Decimal{"1.10"}},
                  {"e", 1e-5}};
  CHECK(page("{{ i }} {{ r }} {{ n }} {{ b }} {{ d }} {{ e }}", context) ==
        "-5 1.0 None True 1.10 0.00001");
  CHECK(page("{{ t }}", {{"t", *parse_time("2014-03-04T00:00:00Z")}}) == "March 4, 2014, midnight");
  CHECK(page("{{ 5 }} {{ -2.5 }} {{ _('x') }} {{ True }}") == "5 -2.5 x True");
}

TEST_CASE("a missing variable is empty, or what the settings say") {
  CHECK(page("[{{ x }}][{{ x|default:'d' }}][{{ x|default_if_none:'d' }}]") == "[][d][]");
  TemplateSettings settings;
  settings.string_if_invalid = "?%s?";
  Engine engine(std::make_unique<MapLoader>(Sources()), settings);
  CHECK(engine.compile("{{ a.b|upper }}{% if a %}1{% endif %}")->render({}) == "?a.b?");
}

TEST_CASE("a large map finds its keys and keeps their order") {
  Map map;
  for (int i = 0; i < 100; ++i) map.set("k" + std::to_string(i), i);
  map.set("k7", "seven");
  CHECK(map.size() == 100);
  CHECK(map.find("k7")->text() == "seven");
  CHECK(map.find("k99")->text() == "99");
  CHECK(map.find("k100") == nullptr);
  CHECK(map.begin()->first == "k0");
}

TEST_CASE("broken expressions name template, line and tag") {
  CHECK(failure("a\n{{ x! }}") ==
        "page.html, line 2, in \"x!\": Could not parse the remainder: '!' from 'x!'");
  CHECK(failure("{{ x|nofilter }}") ==
        "page.html, line 1, in \"x|nofilter\": Invalid filter: 'nofilter'");
  CHECK(failure("{{ a._b }}").find("underscores") != std::string::npos);
  CHECK(failure("{{ a|upper:1 }}").find("requires no argument") != std::string::npos);
  CHECK(failure("{{ a|add }}").find("requires 1 argument") != std::string::npos);
  CHECK(failure("{{ }}").find("Empty variable tag") != std::string::npos);
}
