// What each kind of field makes of what was sent, and what it says when it cannot.
#include <doctest/doctest.h>

#include "web/forms/field.h"

using namespace tt;
using namespace tt::web::forms;

namespace {

std::string outcome(const Field& field, std::vector<std::string> texts) {
  Input input;
  input.texts = std::move(texts);
  if (!input.texts.empty()) input.text = &input.texts.back();
  const auto cleaned = clean(field, input);
  if (!cleaned) {
    std::string all;
    for (const std::string& message : cleaned.error()) all += (all.empty() ? "" : " | ") + message;
    return all;
  }
  std::string text = orm::display_text(cleaned->value);
  for (const orm::Value& value : cleaned->values) text += "," + orm::display_text(value);
  return "=" + text;
}

std::string outcome(const Field& field, std::string text) {
  return outcome(field, std::vector<std::string>{std::move(text)});
}

const std::string required = "This field is required.";

}  // namespace

TEST_CASE("texts are stripped, required and counted in characters") {
  Field field{.name = "name", .max_length = 4, .min_length = 2};
  CHECK(outcome(field, std::vector<std::string>{}) == required);
  CHECK(outcome(field, "   ") == required);
  CHECK(outcome(field, " ab ") == "=ab");
  CHECK(outcome(field, "äöüß") == "=äöüß");
  CHECK(outcome(field, "äöüßx") == "Ensure this value has at most 4 characters (it has 5).");
  CHECK(outcome(field, "a") == "Ensure this value has at least 2 characters (it has 1).");
  CHECK(outcome(field, std::string("a\0b", 3)) == "Null characters are not allowed.");
  field.max_length = 1;
  field.min_length = {};
  CHECK(outcome(field, "ab") == "Ensure this value has at most 1 character (it has 2).");
  CHECK(outcome({.name = "x", .is_required = false}, "") == "=");
  CHECK(outcome({.name = "x", .strip = false}, " ab ") == "= ab ");
}

TEST_CASE("whole numbers") {
  const Field field{.type = FieldClass::integer, .name = "n", .min_value = -5, .max_value = 100};
  CHECK(outcome(field, " 12 ") == "=12");
  CHECK(outcome(field, "+7") == "=7");
  CHECK(outcome(field, "12.00") == "=12");
  CHECK(outcome(field, "12.5") == "Enter a whole number.");
  CHECK(outcome(field, "1e2") == "Enter a whole number.");
  CHECK(outcome(field, "abc") == "Enter a whole number.");
  CHECK(outcome(field, "+-7") == "Enter a whole number.");
  CHECK(outcome(field, "") == required);
  CHECK(outcome(field, "101") == "Ensure this value is less than or equal to 100.");
  CHECK(outcome(field, "-6") == "Ensure this value is greater than or equal to -5.");
  CHECK(outcome(field, "99999999999999999999") ==
        "Ensure this value is less than or equal to 100.");
  CHECK(outcome(field, "-99999999999999999999") ==
        "Ensure this value is greater than or equal to -5.");
}

TEST_CASE("numbers") {
  const Field field{.type = FieldClass::real, .name = "n", .max_value = 10};
  CHECK(outcome(field, "1.5") == "=1.5");
  CHECK(outcome(field, "1e1") == "=10.0");
  CHECK(outcome(field, "nan") == "Enter a number.");
  CHECK(outcome(field, "inf") == "Enter a number.");
  CHECK(outcome(field, "1,5") == "Enter a number.");
  CHECK(outcome(field, "10.1") == "Ensure this value is less than or equal to 10.");
}

TEST_CASE("decimals") {
  const Field field{.type = FieldClass::decimal, .name = "n", .max_digits = 4, .decimal_places = 2};
  CHECK(outcome(field, "1.5") == "=1.50");
  CHECK(outcome(field, "12.34") == "=12.34");
  CHECK(outcome(field, "12.345") == "Ensure that there are no more than 4 digits in total.");
  CHECK(outcome(field, "1.234") == "Ensure that there are no more than 2 decimal places.");
  CHECK(outcome(field, "123.4") ==
        "Ensure that there are no more than 2 digits before the decimal point.");
  CHECK(outcome(field, "x") == "Enter a number.");
}

TEST_CASE("truth") {
  const Field field{.type = FieldClass::boolean, .name = "b"};
  CHECK(outcome(field, "on") == "=True");
  CHECK(outcome(field, "False") == required);
  CHECK(outcome(field, std::vector<std::string>{}) == required);
  CHECK(outcome({.type = FieldClass::boolean, .name = "b", .is_required = false},
                std::vector<std::string>{}) == "=False");
  const Field unsure{.type = FieldClass::null_boolean, .name = "b"};
  CHECK(outcome(unsure, "true") == "=True");
  CHECK(outcome(unsure, "false") == "=False");
  CHECK(outcome(unsure, "unknown") == "=");
}

TEST_CASE("dates and times") {
  const Field date{.type = FieldClass::date, .name = "d"};
  for (const char* text : {"2006-10-25", "10/25/2006", "10/25/06", "Oct 25 2006", "Oct 25, 2006",
                           "25 Oct 2006", "25 October, 2006"}) {
    CHECK(outcome(date, text) == "=2006-10-25");
  }
  CHECK(outcome(date, "2006-02-30") == "Enter a valid date.");
  CHECK(outcome(date, "25/10/2006") == "Enter a valid date.");
  const Field time{.type = FieldClass::date_time, .name = "t"};
  const std::string written = "2006-10-25 14:30:59";
  const auto moment = clean(time, {.text = &written, .texts = {}});
  REQUIRE(moment);
  CHECK(std::get<Time>(moment->value) == *parse_time("2006-10-25T14:30:59Z"));
  CHECK(outcome(time, "10/25/2006 14:30") == outcome(time, "2006-10-25T14:30"));
  CHECK(outcome(time, "2006-10-25T14:30:59+02:00") == outcome(time, "2006-10-25T12:30:59"));
  CHECK(outcome(time, "2006-10-25") == outcome(time, "2006-10-25 00:00:00"));
  CHECK(outcome(time, "tomorrow") == "Enter a valid date/time.");
}

TEST_CASE("addresses, names and documents") {
  const Field email{.type = FieldClass::email, .name = "e"};
  for (const char* text : {"ann@example.com", "a+b@ex-ample.co.uk", "x@localhost", "x@[127.0.0.1]",
                           "\"ab\"@example.com", "x@müller.de"}) {
    CHECK(outcome(email, text) == "=" + std::string(text));
  }
  for (const char* text : {"ann", "@example.com", "\"a b\"@example.com", "a b@example.com",
                           "a@-x.com", "a@b", "a@.com"}) {
    CHECK(outcome(email, text) == "Enter a valid email address.");
  }
  const Field url{.type = FieldClass::url, .name = "u"};
  for (const char* text : {"http://example.com", "https://a.b-c.de:80/x?y#z", "ftp://localhost/",
                           "http://[::1]/", "http://127.0.0.1/"}) {
    CHECK(outcome(url, text) == "=" + std::string(text));
  }
  for (const char* text : {"javascript:alert(1)", "http://", "http://a b.com", "http://-x.com"}) {
    CHECK(outcome(url, text) == "Enter a valid URL.");
  }
  CHECK(outcome(url, "example.com/x") == "=http://example.com/x");
  CHECK(outcome(url, "//example.com") == "=http://example.com");
  const Field slug{.type = FieldClass::slug, .name = "s"};
  CHECK(outcome(slug, "a-b_9") == "=a-b_9");
  CHECK(outcome(slug, "a b") ==
        "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.");
  const Field uuid{.type = FieldClass::uuid, .name = "u"};
  CHECK(outcome(uuid, "F81D4FAE7DEC41D0876500A0C91E6BF6") ==
        "=f81d4fae-7dec-41d0-8765-00a0c91e6bf6");
  CHECK(outcome(uuid, "f81d") == "Enter a valid UUID.");
  const Field json{.type = FieldClass::json, .name = "j"};
  CHECK(outcome(json, "{\"a\": [1]}") == "={\"a\": [1]}");
  CHECK(outcome(json, "{") == "Enter a valid JSON.");
  CHECK(outcome(json, std::string(100, '[') + std::string(100, ']')) == "Enter a valid JSON.");
}

TEST_CASE("choices") {
  const std::vector<Choice> both = {{"i", "indoors"}, {"o", "outdoors"}};
  const Field one{.type = FieldClass::choice, .name = "c", .choices = both};
  CHECK(outcome(one, "i") == "=i");
  CHECK(outcome(one, "") == required);
  CHECK(outcome(one, "<x>") == "Select a valid choice. <x> is not one of the available choices.");
  const Field several{.type = FieldClass::multiple_choice, .name = "c", .choices = both};
  CHECK(outcome(several, std::vector<std::string>{"o", "i"}) == "=,o,i");
  CHECK(outcome(several, std::vector<std::string>{}) == required);
  CHECK(outcome(several, std::vector<std::string>{"o", "x"}) ==
        "Select a valid choice. x is not one of the available choices.");
}

TEST_CASE("files") {
  const Field field{.type = FieldClass::file, .name = "f", .max_length = 5};
  web::UploadedFile file{.field = "f", .name = "a.txt", .content_type = "", .content = "x"};
  CHECK(clean(field, {.texts = {}, .file = &file})->file == &file);
  CHECK(clean(field, {}).error().front() == required);
  file.content.clear();
  CHECK(clean(field, {.texts = {}, .file = &file}).error().front() ==
        "The submitted file is empty.");
  file.name = "long.txt";
  CHECK(clean(field, {.texts = {}, .file = &file}).error().front() ==
        "Ensure this filename has at most 5 characters (it has 8).");
}

TEST_CASE("all validators speak, and own messages replace the usual ones") {
  Field field{.type = FieldClass::integer, .name = "n", .max_value = 3};
  field.validators.push_back([](const orm::Value&) { return std::optional<std::string>("Odd."); });
  CHECK(outcome(field, "5") == "Ensure this value is less than or equal to 3. | Odd.");
  field.error_messages = {{"required", "Say it!"}, {"invalid", "No number!"}};
  CHECK(outcome(field, "") == "Say it!");
  CHECK(outcome(field, "x") == "No number!");
}

TEST_CASE("changed is what means something else") {
  const std::string text = "1.50";
  const Field real{.type = FieldClass::real, .name = "n"};
  CHECK(!has_changed(real, {.value = 1.5}, {.text = &text, .texts = {text}}));
  CHECK(has_changed(real, {.value = 1.6}, {.text = &text, .texts = {text}}));
  CHECK(has_changed(real, {.value = orm::Null{}}, {.text = &text, .texts = {text}}));
  CHECK(!has_changed({.name = "t"}, {.value = orm::Null{}}, {}));
  const Field several{.type = FieldClass::model_multiple_choice, .name = "m"};
  const Cleaned two{.value = orm::Null{}, .values = {std::int64_t{1}, std::int64_t{2}}};
  CHECK(!has_changed(several, two, {.texts = {"2", "1"}}));
  CHECK(has_changed(several, two, {.texts = {"1"}}));
  const Field truth{.type = FieldClass::boolean, .name = "b"};
  CHECK(!has_changed(truth, {.value = false}, {}));
  CHECK(has_changed(truth, {.value = true}, {}));
}
