// Any bytes as a template: it compiles and renders, or fails with an Error that names its place.
#include <cstdint>

#include "web/template/engine.h"

using namespace tt;
using namespace tt::web;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TemplateSettings settings;
  settings.limits.output_bytes_max = 64 * 1024;
  settings.limits.depth_max = 8;
  settings.clock = std::make_shared<VirtualClock>(Time());
  settings.url = [](const UrlQuestion& question) { return std::optional("/" + question.name); };
  std::string source(reinterpret_cast<const char*>(data), size);
  Engine engine(std::make_unique<MapLoader>(std::map<std::string, std::string, std::less<>>{
                    {"base", "<{% block a %}base{% endblock %}>"}, {"self", source}}),
                std::move(settings));
  Context context{{"n", 3},
                  {"x", -1.5},
                  {"s", "a <b> c"},
                  {"t", Time()},
                  {"l", List{1, "two", List{3, 4}}},
                  {"m", Map{{"k", "v"}, {"list", List{"p", "q"}}}}};
  try {
    engine.compile(source, "fuzzed")->render(context);
  } catch (const TemplateError& error) {
    TT_ASSERT(*error.what() != '\0');
  }
  return 0;
}
