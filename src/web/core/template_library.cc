#include "web/core/template_library.h"

#include <unordered_map>

#include "base/error.h"

namespace tt::web {
namespace {

class SiteLoader final : public Loader {
 public:
  SiteLoader(std::vector<std::filesystem::path> folders, const std::vector<EmbeddedFile>& embedded)
      : folders_(std::move(folders)) {
    for (const auto& file : embedded) embedded_.emplace(file.path, file.content);
  }

  std::optional<Source> load(std::string_view name) const override {
    if (auto source = folders_.load(name)) return source;
    auto found = embedded_.find(name);
    if (found == embedded_.end()) return std::nullopt;
    return Source{std::string(found->second), 0};
  }

  std::optional<std::int64_t> version(std::string_view name) const override {
    if (auto version = folders_.version(name)) return version;
    return embedded_.contains(name) ? std::optional<std::int64_t>(0) : std::nullopt;
  }

 private:
  FolderLoader folders_;
  std::unordered_map<std::string_view, std::string_view> embedded_;
};

std::optional<std::string> url_for(const UrlResolver& urls, const UrlQuestion& question) {
  if (question.named.empty()) {
    std::vector<std::string> arguments;
    for (const auto& value : question.positional) arguments.push_back(value.text());
    return urls.find_url(question.name, arguments);
  }
  if (!question.positional.empty()) {
    throw Error(Code::invalid, "'url' takes positional or keyword arguments, not both");
  }
  UrlResolver::Named named;
  for (const auto& [name, value] : question.named) named.emplace_back(name, value.text());
  return urls.find_url(question.name, named);
}

class StaticFileNode final : public Node {
 public:
  StaticFileNode(const StaticFiles& files, Arguments arguments)
      : files_(files), arguments_(std::move(arguments)) {}

  void render(Rendering& rendering) const override {
    auto url = files_.url_of(arguments_.positional[0].value(rendering).text());
    if (!arguments_.variable.empty()) return rendering.set(arguments_.variable, Value(url));
    rendering.write(Value(std::move(url)));
  }

 private:
  const StaticFiles& files_;
  Arguments arguments_;
};

}  // namespace

std::unique_ptr<Loader> site_loader(std::vector<std::filesystem::path> folders,
                                    const std::vector<EmbeddedFile>& embedded) {
  return std::make_unique<SiteLoader>(std::move(folders), embedded);
}

TemplateSettings site_template_settings(const Settings& settings, const Clock& clock,
                                        const UrlResolver& urls) {
  TemplateSettings made;
  made.static_url = settings.static_url;
  made.numbers = number_format_of(settings.language_code);
  made.reload = settings.debug ? Reload::yes : Reload::no;
  made.url = [&urls](const UrlQuestion& question) { return url_for(urls, question); };
  // The clock is the application's: nothing is to be freed.
  made.clock = std::shared_ptr<const Clock>(std::shared_ptr<const Clock>(), &clock);
  return made;
}

void add_site_tags(Engine& engine, const StaticFiles& files) {
  engine.add_tag("static", [&files](Parser& parser, const Tag& tag) -> std::unique_ptr<Node> {
    auto arguments = parser.arguments(tag, 1);
    if (arguments.positional.size() != 1) {
      throw Error(Code::invalid, "'static' takes one argument");
    }
    return std::make_unique<StaticFileNode>(files, std::move(arguments));
  });
}

}  // namespace tt::web
