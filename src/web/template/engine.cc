#include "web/template/engine.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace tt::web {
namespace {

class SimpleTagNode : public Node {
 public:
  SimpleTagNode(std::function<Value(const TagCall&)> function, Arguments arguments)
      : function_(std::move(function)), arguments_(std::move(arguments)) {}

  void render(Rendering& rendering) const override {
    TagCall call{arguments_.positional_values(rendering), arguments_.named_values(rendering),
                 rendering};
    auto result = function_(call);
    if (arguments_.variable.empty()) return rendering.write(result);
    rendering.set(arguments_.variable, std::move(result));
  }

 private:
  std::function<Value(const TagCall&)> function_;
  Arguments arguments_;
};

class InclusionTagNode : public Node {
 public:
  InclusionTagNode(std::string name, std::function<Context(const TagCall&)> function,
                   Arguments arguments)
      : name_(std::move(name)), function_(std::move(function)), arguments_(std::move(arguments)) {}

  void render(Rendering& rendering) const override {
    TagCall call{arguments_.positional_values(rendering), arguments_.named_values(rendering),
                 rendering};
    auto variables = function_(call);
    auto included = rendering.engine().load(name_);
    Rendering::Deeper deeper(rendering);
    Rendering::Island island(rendering, Rendering::Variables::hidden);
    Rendering::Scope scope(rendering);
    for (const auto& [name, value] : variables) rendering.borrow(name, value);
    included->render(rendering);
  }

 private:
  std::string name_;
  std::function<Context(const TagCall&)> function_;
  Arguments arguments_;
};

bool stays_inside(std::string_view name) {
  std::filesystem::path path(name);
  return !name.empty() && name.find('\0') == name.npos && path.is_relative() &&
         std::ranges::none_of(path, [](const auto& part) { return part == ".."; });
}

std::int64_t file_version(const std::filesystem::path& path) {
  std::error_code ignored;  // a file that is gone now has version -1 and is read again
  auto written = std::filesystem::last_write_time(path, ignored);
  return ignored ? -1 : static_cast<std::int64_t>(written.time_since_epoch().count());
}

}  // namespace

std::optional<Loader::Source> MapLoader::load(std::string_view name) const {
  auto found = sources_.find(name);
  if (found == sources_.end()) return std::nullopt;
  return Source{found->second, 0};
}

std::optional<std::int64_t> MapLoader::version(std::string_view name) const {
  return sources_.contains(name) ? std::optional<std::int64_t>(0) : std::nullopt;
}

std::optional<std::filesystem::path> FolderLoader::find(std::string_view name) const {
  if (!stays_inside(name)) return std::nullopt;
  for (const auto& folder : folders_) {
    std::error_code ignored;  // not a file that we can read: the next folder
    if (std::filesystem::is_regular_file(folder / name, ignored)) return folder / name;
  }
  return std::nullopt;
}

std::optional<Loader::Source> FolderLoader::load(std::string_view name) const {
  auto path = find(name);
  if (!path) return std::nullopt;
  auto version = file_version(*path);
  std::ifstream file(*path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(Code::unavailable, fmt::format("cannot read {}", path->string()));
  return Source{text.str(), version};
}

std::optional<std::int64_t> FolderLoader::version(std::string_view name) const {
  auto path = find(name);
  return path ? std::optional(file_version(*path)) : std::nullopt;
}

Template::Template(const Engine& engine, std::string name, std::string source)
    : engine_(engine), name_(std::move(name)), source_(std::move(source)) {
  if (source_.size() > engine.settings().limits.source_bytes_max) {
    throw TemplateError(Code::too_large, fmt::format("{} is larger than {} bytes", name_,
                                                     engine.settings().limits.source_bytes_max));
  }
  Parser(engine, *this).run();
}

std::string Template::render(const Context& context) const {
  Rendering rendering(engine_, context);
  nodes_.render(rendering);
  return rendering.take_output();
}

void Template::render(Rendering& rendering) const { nodes_.render(rendering); }

void Template::add_block(std::string name, const BlockNode& block) {
  if (!blocks_.emplace(name, &block).second) {
    throw Error(Code::invalid,
                fmt::format("'block' tag with name '{}' appears more than once", name));
  }
}

Engine::Engine(std::unique_ptr<Loader> loader, TemplateSettings settings)
    : loader_(std::move(loader)),
      settings_(std::move(settings)),
      libraries_{"static", "i18n", "l10n", "tz", "cache", "log", "admin_urls"} {
  for (auto make : {text_filters, html_filters, number_filters, list_filters, date_filters}) {
    for (auto& filter : make()) filters_.add(std::move(filter));
  }
  for (auto make : {flow_tags, inheritance_tags, text_tags, variable_tags, lorem_tags})
    tags_.merge(make());
}

void Engine::add_simple_tag(std::string name, std::function<Value(const TagCall&)> function) {
  add_tag(std::move(name), [function = std::move(function)](Parser& parser, const Tag& tag) {
    return std::make_unique<SimpleTagNode>(function, parser.arguments(tag, 1));
  });
}

void Engine::add_inclusion_tag(std::string name, std::string template_name,
                               std::function<Context(const TagCall&)> function) {
  auto parse = [template_name = std::move(template_name), function = std::move(function)](
                   Parser& parser, const Tag& tag) {
    return std::make_unique<InclusionTagNode>(template_name, function, parser.arguments(tag, 1));
  };
  add_tag(std::move(name), std::move(parse));
}

std::shared_ptr<const Template> Engine::cached(std::string_view name) const {
  std::shared_lock lock(mutex_);
  auto found = cache_.find(name);
  if (found == cache_.end()) return nullptr;
  if (settings_.reload == Reload::yes && loader_->version(name) != found->second.version) {
    return nullptr;
  }
  return found->second.compiled;
}

std::shared_ptr<const Template> Engine::load(std::string_view name) const {
  if (auto found = cached(name)) return found;
  auto source = loader_->load(name);
  if (!source) throw Error(Code::not_found, fmt::format("there is no template {}", name));
  auto compiled = compile(std::move(source->text), std::string(name));
  std::unique_lock lock(mutex_);
  cache_.insert_or_assign(std::string(name), Cached{compiled, source->version});
  return compiled;
}

std::shared_ptr<const Template> Engine::compile(std::string source, std::string name) const {
  return std::make_shared<const Template>(*this, std::move(name), std::move(source));
}

std::string Engine::render(std::string_view name, const Context& context) const {
  return load(name)->render(context);
}

std::vector<std::string> Engine::tag_names() const {
  std::vector<std::string> names;
  for (const auto& [name, parser] : tags_) names.push_back(name);
  return names;
}

const TagParser* Engine::find_tag(std::string_view name) const {
  auto found = tags_.find(name);
  return found == tags_.end() ? nullptr : &found->second;
}

}  // namespace tt::web
