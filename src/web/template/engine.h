#pragma once

// Engine: finds, compiles, keeps and renders templates written in the Django template language.
//
//   Engine engine(std::make_unique<FolderLoader>("templates"));
//   auto page = engine.render("home.html", {{"title", "Weather"}, {"stations", std::move(list)}});
//
// Tags and filters are added before the first template is compiled; from then on an Engine may be
// used by several threads at once.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "web/template/expression.h"
#include "web/template/node.h"
#include "web/template/parser.h"
#include "web/template/settings.h"
#include "web/template/value.h"

namespace tt::web {

// Where sources come from.
class Loader {
 public:
  struct Source {
    std::string text;
    std::int64_t version = 0;  // changes when the text does
  };
  virtual ~Loader() = default;
  // nullopt if there is no template of that name.
  virtual std::optional<Source> load(std::string_view name) const = 0;
  // The version without the text; nullopt if there is no such template.
  virtual std::optional<std::int64_t> version(std::string_view name) const = 0;
};

// Templates in memory.
class MapLoader : public Loader {
 public:
  explicit MapLoader(std::map<std::string, std::string, std::less<>> sources)
      : sources_(std::move(sources)) {}
  std::optional<Source> load(std::string_view name) const override;
  std::optional<std::int64_t> version(std::string_view name) const override;

 private:
  std::map<std::string, std::string, std::less<>> sources_;
};

// Files in one of several folders, the first that has it.  A name never leads out of its folder.
class FolderLoader : public Loader {
 public:
  explicit FolderLoader(std::vector<std::filesystem::path> folders)
      : folders_(std::move(folders)) {}
  std::optional<Source> load(std::string_view name) const override;
  std::optional<std::int64_t> version(std::string_view name) const override;

 private:
  std::optional<std::filesystem::path> find(std::string_view name) const;
  std::vector<std::filesystem::path> folders_;
};

// A compiled template; made by an Engine, which outlives it.  Never changes.
class Template {
 public:
  Template(const Engine& engine, std::string name, std::string source);
  Template(const Template&) = delete;

  // The page.  Throws TemplateError.
  std::string render(const Context& context) const;
  // As a part of another page.
  void render(Rendering& rendering) const;

  const std::string& name() const { return name_; }
  const std::string& source() const { return source_; }

  // Its blocks by name, and whether it extends another template.
  const std::map<std::string, const BlockNode*, std::less<>>& blocks() const { return blocks_; }
  bool extends() const { return extends_; }

  // For the parser.
  void set_nodes(Nodes nodes) { nodes_ = std::move(nodes); }
  void set_extends() { extends_ = true; }
  // Throws Error if the name is taken.
  void add_block(std::string name, const BlockNode& block);

 private:
  const Engine& engine_;
  std::string name_;
  std::string source_;
  Nodes nodes_;
  std::map<std::string, const BlockNode*, std::less<>> blocks_;
  bool extends_ = false;
};

// What a simple tag gets: {% name positional named=... %}.
struct TagCall {
  List positional;
  Map named;
  const Rendering& rendering;
};

class Engine {
 public:
  explicit Engine(std::unique_ptr<Loader> loader, TemplateSettings settings = {});

  void add_filter(Filter filter) { filters_.add(std::move(filter)); }
  void add_tag(std::string name, TagParser parser) { tags_[std::move(name)] = std::move(parser); }
  // A tag that is a function: its result is printed, or kept with `as variable`.
  void add_simple_tag(std::string name, std::function<Value(const TagCall&)> function);
  // A tag that renders another template with the variables that the function returns.
  void add_inclusion_tag(std::string name, std::string template_name,
                         std::function<Context(const TagCall&)> function);
  // Makes {% load name %} valid; tags and filters are known without it.
  void add_library(std::string name) { libraries_.insert(std::move(name)); }

  // The template from the cache or the loader.  Throws Error(not_found), or TemplateError if it
  // does not compile.
  std::shared_ptr<const Template> load(std::string_view name) const;
  // A template that is not kept.
  std::shared_ptr<const Template> compile(std::string source, std::string name = "(text)") const;
  std::string render(std::string_view name, const Context& context) const;

  const TemplateSettings& settings() const { return settings_; }
  const FilterTable& filters() const { return filters_; }
  // nullptr if there is none.
  const TagParser* find_tag(std::string_view name) const;
  std::vector<std::string> tag_names() const;
  bool has_library(std::string_view name) const { return libraries_.contains(name); }

 private:
  struct Cached {
    std::shared_ptr<const Template> compiled;
    std::int64_t version = 0;
  };
  std::shared_ptr<const Template> cached(std::string_view name) const;

  std::unique_ptr<Loader> loader_;
  TemplateSettings settings_;
  FilterTable filters_;
  std::map<std::string, TagParser, std::less<>> tags_;
  std::set<std::string, std::less<>> libraries_;
  mutable std::shared_mutex mutex_;  // of cache_
  mutable std::map<std::string, Cached, std::less<>> cache_;
};

}  // namespace tt::web
