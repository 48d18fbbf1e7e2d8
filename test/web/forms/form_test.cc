// Forms declared as structs: what templates and programs get of them.
#include <doctest/doctest.h>

#include "web/forms/declared.h"
#include "web/template/engine.h"

using namespace tt;
namespace forms = tt::web::forms;

namespace {

struct ContactForm : forms::Declared<ContactForm> {
  forms::CharField first_name{.max_length = 10};
  forms::EmailField email{.required = false, .help_text = "Never <shown>."};
  forms::CharField message{.widget = forms::Widget::textarea};
  forms::IntegerField age{.required = false, .min_value = 0};
  forms::BooleanField copy{.required = false};
  forms::ChoiceField colour{.initial = std::string("r"),
                            .choices = {{"r", "red"}, {"b", "blue & green"}}};
  forms::CharField secret{.initial = std::string("7"), .widget = forms::Widget::hidden};

  static void clean(forms::Form& form) {
    if (!form.has_cleaned("message")) return;
    const std::string message = form.text("message");
    if (message == "no") form.add_error("message", "Say more.");
    if (message == "bad") form.add_error("", "Not <this> way.");
  }
};

web::Parameters good() {
  return web::Parameters({{"first_name", " Ann "},
                          {"message", "Hello"},
                          {"age", "41"},
                          {"copy", "on"},
                          {"colour", "b"},
                          {"secret", "7"}});
}

std::string shown(const std::string& source, const forms::Form& form) {
  const web::Engine engine(std::make_unique<web::MapLoader>(
      std::map<std::string, std::string, std::less<>>{{"page", source}}));
  return engine.render("page", {{"form", form.value()}});
}

}  // namespace

TEST_CASE("a good form gives values with the types of its fields") {
  forms::FormOf<ContactForm> form;
  CHECK(!form.is_valid());  // nothing was sent
  form.bind(good());
  REQUIRE(form.is_valid());
  CHECK(form.get<&ContactForm::first_name>() == "Ann");
  CHECK(form.get<&ContactForm::email>() == "");
  CHECK(form.get<&ContactForm::age>() == 41);
  CHECK(form.get<&ContactForm::copy>() == true);
  CHECK(form.get<&ContactForm::colour>() == "b");
  CHECK(form.changed_fields() ==
        std::vector<std::string>{"first_name", "message", "age", "copy", "colour"});
}

TEST_CASE("errors stand with their fields, in their order") {
  forms::FormOf<ContactForm> form;
  form.bind(web::Parameters(
      {{"first_name", "Wolfeschlegel"}, {"age", "-1"}, {"colour", "x"}, {"secret", "7"}}));
  CHECK(!form.is_valid());
  std::vector<std::string> names;
  for (const auto& [name, messages] : form.errors()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"first_name", "message", "age", "colour"});
  CHECK(form.errors().of("age").front() == "Ensure this value is greater than or equal to 0.");
}

TEST_CASE("hooks see what was cleaned and may refuse it") {
  forms::FormOf<ContactForm> form;
  web::Parameters sent = good();
  sent.set("message", "no");
  form.bind(sent);
  CHECK(!form.is_valid());
  CHECK(form.errors().of("message") == std::vector<std::string>{"Say more."});
  sent.set("message", "bad");
  form.bind(sent);
  CHECK(!form.is_valid());
  CHECK(shown("{{ form.non_field_errors }}", form) ==
        R"(<ul class="errorlist nonfield"><li>Not &lt;this&gt; way.</li></ul>)");
}

TEST_CASE("templates write a form field by field") {
  forms::FormOf<ContactForm> form;
  CHECK(shown("{{ form.first_name.label_tag }}{{ form.first_name }}", form) ==
        R"(<label for="id_first_name">First name:</label>)"
        R"(<input type="text" name="first_name" maxlength="10" required id="id_first_name">)");
  CHECK(shown("{{ form.email.help_text }}|{{ form.email.errors }}", form) ==
        "Never &lt;shown&gt;.|");
  CHECK(shown("{{ form.colour }}", form) ==
        R"(<select name="colour" id="id_colour"><option value="r" selected>red</option>)"
        R"(<option value="b">blue &amp; green</option></select>)");
  CHECK(shown("{% for field in form.visible_fields %}{{ field.name }} {% endfor %}", form) ==
        "first_name email message age copy colour ");
  CHECK(shown("{% for field in form.hidden_fields %}{{ field }}{% endfor %}", form) ==
        R"(<input type="hidden" name="secret" value="7" id="id_secret">)");
  CHECK(shown("{{ form.copy }}", form) == R"(<input type="checkbox" name="copy" id="id_copy">)");
}

TEST_CASE("what was sent is shown again, escaped") {
  forms::FormOf<ContactForm> form;
  web::Parameters sent = good();
  sent.set("first_name", "\"><script>alert(1)</script>");
  form.bind(sent);
  form.is_valid();
  const std::string html = shown("{{ form.as_p }}", form);
  CHECK(html.find("<script>") == std::string::npos);
  CHECK(html.find("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"") !=
        std::string::npos);
  CHECK(html.find("<ul class=\"errorlist\"><li>Ensure this value has at most 10 characters") !=
        std::string::npos);
  CHECK(html.find("aria-invalid=\"true\"") != std::string::npos);
}

TEST_CASE("a prefix tells two forms on one page apart") {
  forms::FormOf<ContactForm> form("home");
  CHECK(shown("{{ form.first_name }}", form) ==
        R"(<input type="text" name="home-first_name" maxlength="10" required )"
        R"(id="id_home-first_name">)");
  form.bind(web::Parameters({{"first_name", "Eve"}, {"home-first_name", "Ann"}}));
  form.is_valid();
  CHECK(form.text("first_name") == "Ann");
}

TEST_CASE("the three shapes of a whole form") {
  forms::Form form({{.name = "name"}, {.name = "token", .widget = forms::Widget::hidden}});
  CHECK(shown("{{ form.as_p }}", form) ==
        R"(<p><label for="id_name">Name:</label> <input type="text" name="name" required )"
        R"(id="id_name"></p><input type="hidden" name="token" id="id_token">)");
  CHECK(shown("{{ form.as_div }}", form).starts_with("<div><label"));
  CHECK(shown("{{ form }}", form) ==
        R"(<tr><th><label for="id_name">Name:</label></th><td><input type="text" name="name" )"
        "required id=\"id_name\"></td></tr>\n"
        R"(<input type="hidden" name="token" id="id_token">)");
}

TEST_CASE("a disabled field keeps its initial value whatever is sent") {
  forms::Form form(
      {{.name = "name", .is_disabled = true, .initial = {.value = std::string("Ann")}}});
  form.bind(web::Parameters({{"name", "Eve"}}));
  REQUIRE(form.is_valid());
  CHECK(form.text("name") == "Ann");
  CHECK(form.changed_fields().empty());
}
