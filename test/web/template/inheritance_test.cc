#include <unistd.h>

#include <fstream>

#include "template_test_support.h"

using namespace tt;
using namespace tt::web;

TEST_CASE("blocks override, nest and call super") {
  Sources sources{{"base",
                   "<{% block a %}base{% endblock %}|{% block b %}{% block c %}c{% endblock %}{% "
                   "endblock b %}>"},
                  {"mid", "{% extends 'base' %}{% block a %}mid {{ block.super }}{% endblock %}"}};
  CHECK(page("{% extends 'base' %}", {}, sources) == "<base|c>");
  CHECK(page("{% extends 'mid' %}x{% block a %}top {{ block.super }}{% endblock %}", {}, sources) ==
        "<top mid base|c>");
  CHECK(page("{% extends 'mid' %}{% block c %}C{{ block.super }}{% endblock %}", {}, sources) ==
        "<mid base|Cc>");
  CHECK(page("{% extends parent %}{% block b %}{{ v }}{% endblock %}",
             {{"parent", "base"}, {"v", "<"}}, sources) == "<base|&lt;>");
}

TEST_CASE("include sees the variables, or only its own") {
  Sources sources{{"in", "[{{ a }}{{ b }}]"}, {"block", "{% block x %}inner{% endblock %}"}};
  CHECK(page("{% include 'in' with a=1 %}{{ a }}", {{"b", 2}}, sources) == "[12]");
  CHECK(page("{% include 'in' with a=1 only %}{{ b }}", {{"b", 2}}, sources) == "[1]2");
  CHECK(page("{% for a in l %}{% include n %}{% endfor %}", {{"l", List{1, 2}}, {"n", "in"}},
             sources) == "[1][2]");
  CHECK(page("{% block x %}outer{% endblock %}{% include 'block' %}", {}, sources) == "outerinner");
}

TEST_CASE("what goes wrong with several templates") {
  Sources sources{{"loop", "{% include 'loop' %}"},
                  {"a", "{% extends 'b' %}"},
                  {"b", "{% extends 'a' %}"},
                  {"bad", "\n{{ x|nope }}"}};
  CHECK(failure("{% include 'gone' %}", {}, sources) ==
        "page.html, line 1, in \"include 'gone'\": there is no template gone");
  CHECK(failure("{% include 'loop' %}", {}, sources).find("50 deep") != std::string::npos);
  CHECK(failure("{% extends 'a' %}", {}, sources).find("50 deep") != std::string::npos);
  CHECK(failure("{% include 'bad' %}", {}, sources).starts_with("bad, line 2, in \"x|nope\""));
  CHECK(failure("{{ x }}{% extends 'a' %}").find("must be the first tag") != std::string::npos);
  CHECK(failure("{% block x %}{% endblock %}{% block x %}{% endblock %}").find("more than once") !=
        std::string::npos);
}

TEST_CASE("the engine keeps templates, takes tags and filters, and holds its limits") {
  TemplateSettings settings;
  settings.limits.output_bytes_max = 50;
  settings.limits.nesting_max = 5;
  Engine engine(std::make_unique<MapLoader>(Sources{{"row", "<{{ x }}>"}}), settings);
  engine.add_filter({.name = "twice", .function = [](const Value& value, const FilterCall&) {
                       return Value(value.text() + value.text());
                     }});
  engine.add_simple_tag("sum", [](const TagCall& call) {
    return Value(*integer_of(call.positional.at(0)) + *integer_of(*call.named.find("to")));
  });
  engine.add_inclusion_tag(
      "row", "row", [](const TagCall& call) { return Context{{"x", call.positional.at(0)}}; });
  CHECK(engine.load("row") == engine.load("row"));
  auto all = engine.compile(
      "{{ 'a'|twice }}{% sum 1 to=2 %}{% sum 1 to=3 as s %}{{ s }}{% row '<' %}{{ x }}");
  CHECK(all->render({}) == "aa34<<>");
  CHECK_THROWS_AS(engine.compile("{{ x }}{{ x }}")->render({{"x", std::string(30, 'x')}}),
                  TemplateError);
  std::string deep;
  for (int i = 0; i < 6; ++i) deep += "{% if x %}";
  CHECK_THROWS_AS(engine.compile(deep), TemplateError);
  CHECK_THROWS_AS(engine.load("gone"), Error);
}

TEST_CASE("files come from their folder only and again when they change") {
  auto folder =
      std::filesystem::temp_directory_path() / ("tt_template_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "in");
  auto write = [&](const char* name, const char* text) {
    std::ofstream(folder / "in" / name) << text;
  };
  write("page", "one");
  std::ofstream(folder / "secret") << "secret";
  TemplateSettings settings;
  settings.reload = Reload::yes;
  Engine engine(std::make_unique<FolderLoader>(std::vector{folder / "in"}), settings);
  CHECK(engine.render("page", {}) == "one");
  write("page", "two");
  std::filesystem::last_write_time(
      folder / "in" / "page",
      std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  CHECK(engine.render("page", {}) == "two");
  CHECK_THROWS_AS(engine.load("../secret"), Error);
  CHECK_THROWS_AS(engine.load((folder / "secret").string()), Error);
  std::filesystem::remove_all(folder);
}
