#pragma once

// What is registered with a site, and what the pages ask about it.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/current.h"
#include "orm/record.h"
#include "web/admin/journal.h"
#include "web/admin/options.h"
#include "web/admin/site.h"

namespace tt::web::admin {

// One registered model.
class ModelAdmin {
 public:
  ModelAdmin(const orm::ModelInfo& model, Options options);

  const orm::ModelInfo& model() const { return model_; }
  const Options& options() const { return options_; }
  const std::string& app_label() const { return model_.app_label; }
  const std::string& name() const { return name_; }  // "temperaturedata"
  std::string path() const { return app_label() + "/" + name_ + "/"; }
  // "station", "stations"
  const std::string& singular() const { return model_.verbose_name; }
  const std::string& plural() const { return model_.verbose_name_plural; }

  bool may(const HttpRequest& request, Permission permission) const;
  // Whether the person may see that there is such a model.
  bool may_anything(const HttpRequest& request) const;
  // The rows that this person may see at all.
  orm::Records rows(const HttpRequest& request) const;
  // nullptr if there is none.
  const Column* find_column(std::string_view name) const;

  // Throws invalid if an option names what is not there.
  void check() const;

 private:
  void check_names(std::string_view option, std::span<const std::string> names) const;
  void check_paths(std::string_view option, std::span<const std::string> paths) const;
  void check_relations(std::string_view option, std::span<const std::string> names) const;
  void check_hierarchy() const;
  void check_inlines() const;

  const orm::ModelInfo& model_;
  Options options_;
  std::string name_;
};

// The field that a path "device__owner__name" leads to; nullptr if there is none.
const orm::FieldInfo* field_at(const orm::ModelInfo& model, std::string_view path);
// The foreign key by which the rows of an inline belong to `parent`; throws invalid if there is
// none, or several to choose from.
const orm::FieldInfo& foreign_key_of(const Inline& rows, const orm::ModelInfo& parent);

class Registry {
 public:
  explicit Registry(SiteOptions options);

  void add(const orm::ModelInfo& model, Options options);
  void add_accounts();
  bool has_accounts() const { return has_accounts_; }

  const SiteOptions& options() const { return options_; }
  Journal& journal() const { return *options_.journal; }
  // In the order of registration.
  const std::vector<std::unique_ptr<ModelAdmin>>& models() const { return models_; }
  // nullptr if it is not registered.
  const ModelAdmin* find(const orm::ModelInfo& model) const;
  const ModelAdmin* find(std::string_view app_label, std::string_view name) const;
  void check() const;

 private:
  SiteOptions options_;
  std::vector<std::unique_ptr<ModelAdmin>> models_;
  bool has_accounts_ = false;
};

}  // namespace tt::web::admin
