// template_vectors FILE: runs recorded cases of the template language, one JSON object per
// line, prints those that fail and at last "N passed, N failed".  Exit code 0 if none failed.
//
//   {"kind": "render",  "id", "templates": {name: source}, "template": name, "context": {...},
//    "autoescape", "string_if_invalid", "expected": text | "error": name}
//   {"kind": "compile", "id", "templates", "template", "error"}
//   {"kind": "filter",  "id", "filter": name, "args": [value, argument], "kwargs", "expected"}
//
// Values that JSON lacks are tagged: {"$safe": text}, {"$tuple": [...]}, {"$datetime": text},
// {"$date"}, {"$time"}, {"$decimal"}, {"$lazy"}, {"$dict": [[key, value]]}.
//
// The routes for {% url %} are those of Django's own test-suite.  Some of its tests switch the
// language, which the cases do not record: the name of the test tells.
#include <algorithm>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "web/template/engine.h"
#include "web/template/text.h"
#include "wire/json.h"

using namespace tt;
using namespace tt::web;
using wire::JsonKind;
using wire::JsonValue;

namespace {

Value decoded(JsonValue json);

List decoded_list(JsonValue json) {
  List out;
  for (auto element : json.elements()) out.push_back(decoded(element));
  return out;
}

Map decoded_map(JsonValue json) {
  Map out;
  for (auto [key, value] : json.members()) out.set(std::string(key), decoded(value));
  return out;
}

// "00:01:00", "04:00:00+00:30".
Value decoded_clock(std::string_view text) {
  auto time = parse_time("1970-01-01T" + std::string(text.substr(0, text.find_first_of("+-"))));
  TimeOfDay out{time.value_or(Time()).time_since_epoch(), std::nullopt};
  auto sign = text.find_first_of("+-");
  if (sign != text.npos) out.offset = std::chrono::minutes(0);
  return out;
}

Value decoded_tagged(std::string_view tag, JsonValue json) {
  std::string text(json.text());
  if (tag == "$safe") return Value::safe(std::move(text));
  if (tag == "$tuple" || tag == "$list" || tag == "$set") return decoded_list(json);
  if (tag == "$decimal") return Decimal{std::move(text)};
  if (tag == "$datetime") return parse_time(text).value_or(Time());
  if (tag == "$time") return decoded_clock(text);
  if (tag == "$date") {
    return Date{std::chrono::floor<std::chrono::days>(parse_time(text).value_or(Time()))};
  }
  if (tag == "$lazy") return Value(Computed([inner = decoded(json)] { return inner; }));
  Map map;
  if (tag != "$dict") throw Error(Code::unsupported, fmt::format("unknown tag {}", tag));
  for (auto pair : json.elements()) {
    auto entry = decoded_list(pair);
    map.set(entry[0].text(), entry[1]);
  }
  return map;
}

Value decoded(JsonValue json) {
  switch (json.kind()) {
    case JsonKind::null: return {};
    case JsonKind::boolean: return json.as_bool();
    case JsonKind::string: return json.text();
    case JsonKind::array: return decoded_list(json);
    case JsonKind::object: break;
    case JsonKind::number:
      if (json.text().find_first_of(".eE") == std::string_view::npos && json.as_integer()) {
        return *json.as_integer();
      }
      return json.as_double().value_or(0);
  }
  if (json.size() == 1) {
    auto [key, value] = *json.members().begin();
    if (key.starts_with('$')) return decoded_tagged(key, value);
  }
  return decoded_map(json);
}

// "{id:digits}": a place for the argument `id`, or for the next one without a name; what stands
// behind the colon is the kind of text that fits.
struct Route {
  std::string_view name;
  std::string_view path;
};
constexpr Route routes[] = {
    {"index", "/"},
    {"client", "/client/{:numbers}/"},
    {"client_action", "/client/{id:digits}/{action:segment}/"},
    {"client_action", "/client/{client_id:digits}/{action:segment}/"},
    {"client_action", "/client/{:digits}/{:segment}/"},
    {"named.client", "/named-client/{:digits}/"},
    {"метка_оператора", "/Юникод/{:word}/"},
    {"метка_оператора_2", "/Юникод/{tag:any}/"},
};
// Where all routes but the last two exist once more.
constexpr std::pair<std::string_view, std::string_view> namespaces[] = {
    {"ns1:", "/ns1"}, {"app:", "/ns1"}, {"ns2:", "/ns2"}};

bool fits(std::string_view text, std::string_view kind) {
  if (text.empty()) return false;
  if (kind == "digits") return text.find_first_not_of("0123456789") == text.npos;
  if (kind == "numbers") return text.find_first_not_of("0123456789,") == text.npos;
  if (kind == "segment") return text.find('/') == text.npos;
  if (kind == "word") return std::ranges::all_of(text, is_word);
  return std::ranges::none_of(text, is_space);
}

// The route filled with the arguments; nullopt if they are not exactly those it needs.
std::optional<std::string> filled(std::string_view route, const UrlQuestion& question) {
  std::size_t next = 0;
  std::size_t used = 0;
  std::string out;
  for (std::size_t at = 0; at < route.size();) {
    if (route[at] != '{') {
      out += route[at++];
      continue;
    }
    auto end = route.find('}', at);
    auto place = route.substr(at + 1, end - at - 1);
    auto name = place.substr(0, place.find(':'));
    auto named = name.empty() ? nullptr : question.named.find(name);
    if (!named && next >= question.positional.size()) return std::nullopt;
    auto text = (named ? *named : question.positional[next++]).text();
    if (!fits(text, place.substr(place.find(':') + 1))) return std::nullopt;
    out += text;
    used += named ? 1 : 0;
    at = end + 1;
  }
  if (next != question.positional.size() || used != question.named.size()) return std::nullopt;
  return percent_quote(out, "/#%[]=:;$&()+,!?*@'~");
}

std::optional<std::string> resolve(const UrlQuestion& question) {
  std::string_view name = question.name;
  std::string_view prefix;
  for (const auto& [space, path] : namespaces) {
    if (!name.starts_with(space)) continue;
    name.remove_prefix(space.size());
    prefix = path;
    break;
  }
  for (const auto& route : routes) {
    if (route.name != name) continue;
    if (auto path = filled(route.path, question)) return std::string(prefix) + *path;
  }
  return std::nullopt;
}

std::string text_of(JsonValue object, std::string_view key) {
  auto member = object.find(key);
  return member ? std::string(member->text()) : "";
}

bool flag_of(JsonValue object, std::string_view key, bool otherwise) {
  auto member = object.find(key);
  return member && member->is(JsonKind::boolean) ? member->as_bool() : otherwise;
}

Autoescape autoescape_of(JsonValue object) {
  return flag_of(object, "autoescape", true) ? Autoescape::on : Autoescape::off;
}

// The languages under one of which the expectation holds.
std::vector<std::string_view> languages_of(std::string_view id) {
  if (id.ends_with(".test_localized_formats")) return {"de"};
  if (id.ends_with(".test_force_grouping")) return {"en", "de"};
  return {"en"};
}

// What went wrong; empty if nothing.
std::string run_template(JsonValue test) {
  std::map<std::string, std::string, std::less<>> sources;
  for (auto [name, source] : test.find("templates")->members())
    sources.emplace(name, source.text());
  TemplateSettings settings;
  settings.autoescape = autoescape_of(test);
  settings.string_if_invalid = text_of(test, "string_if_invalid");
  settings.url = resolve;
  Engine engine(std::make_unique<MapLoader>(std::move(sources)), std::move(settings));
  for (std::string_view library : {"custom", "testtags"}) engine.add_library(std::string(library));
  auto context = test.find("context");
  try {
    auto compiled = engine.load(text_of(test, "template"));
    auto page = compiled->render(context ? decoded_map(*context) : Context());
    auto expected = test.find("expected");
    if (!expected) return fmt::format("no error but {:?}", page);
    if (page == expected->text()) return "";
    return fmt::format("{:?} instead of {:?}", page, expected->text());
  } catch (const Error& error) {
    return test.find("error") ? "" : error.what();
  }
}

std::string run_filter(JsonValue test, std::string_view language) {
  TemplateSettings settings;
  settings.numbers = number_format_of(language);
  Engine engine(std::make_unique<MapLoader>(std::map<std::string, std::string, std::less<>>()),
                std::move(settings));
  auto filter = engine.filters().find(text_of(test, "filter"));
  if (!filter) return "no such filter";
  auto args = decoded_list(*test.find("args"));
  auto named = test.find("kwargs");
  for (auto& value : args) {
    if (auto computed = value.as_computed()) value = Value((*computed)());
  }
  bool has_argument = args.size() > 1;
  FilterCall call{has_argument ? &args[1] : nullptr, named ? autoescape_of(*named) : Autoescape::on,
                  engine.settings()};
  auto expected = decoded(*test.find("expected"));
  auto result = apply(*filter, args[0], call);
  if (result == expected && result.is_safe() == expected.is_safe()) return "";
  return fmt::format("{} instead of {}", result.repr(), expected.repr());
}

std::string run(JsonValue test) {
  try {
    if (!test.find("filter")) return run_template(test);
    std::string problem;
    for (auto language : languages_of(text_of(test, "id"))) {
      problem = run_filter(test, language);
      if (problem.empty()) break;
    }
    return problem;
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: template_vectors FILE\n";
    return 2;
  }
  std::ifstream file(arguments[1]);
  std::string line;
  int passed = 0;
  int failed = 0;
  while (std::getline(file, line)) {
    if (line.empty()) continue;
    auto document = wire::read_json(line, 64);
    auto problem = document ? run(document->root()) : document.error().message;
    ++(problem.empty() ? passed : failed);
    if (problem.empty()) continue;
    auto id = document ? text_of(document->root(), "id") : "?";
    std::cout << id << ": " << problem << "\n";
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 && passed > 0 ? 0 : 1;
}
