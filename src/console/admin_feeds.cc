// Feeds in the admin, with their channels.  What is allowed, registry/change.h says.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "console/admin.h"
#include "registry/change.h"
#include "registry/rows.h"
#include "registry/tags.h"

namespace tt::console {
namespace {

using registry::ChannelChange;
using registry::ChannelRow;
using registry::FeedChange;
using registry::FeedRow;
using web::HttpRequest;
using web::admin::Saving;
using web::forms::Field;
using web::forms::ModelForm;

constexpr std::string_view physical[] = {"physical", "virtual"};
constexpr std::string_view exposures[] = {"indoor", "outdoor"};
constexpr std::string_view dispositions[] = {"fixed", "mobile"};
constexpr std::string_view unit_types[] = {"basicSI", "derivedSI", "conversionBasedUnits",
                                           "derivedUnits", "contextDependentUnits"};

// --- fields --------------------------------------------------------------------------------------

void offer(Field& field, std::span<const std::string_view> choices) {
  allow_nothing(field);
  field.type = web::forms::FieldClass::choice;
  field.widget = web::forms::Widget::select;
  field.max_length.reset();
  field.choices = {{"", "---------"}};
  for (auto choice : choices) field.choices.push_back({std::string(choice), std::string(choice)});
}

// The column keeps one a line, people write commas.
void show_tags(Field& field) {
  allow_nothing(field);
  field.widget = web::forms::Widget::text;
  field.help_text = "Separated by commas.";
  const auto* column = std::get_if<std::string>(&field.initial.value);
  if (!column) return;
  field.initial.value = fmt::format("{}", fmt::join(registry::from_column(*column), ", "));
}

void adjust(const HttpRequest& request, Field& field) {
  const auto& name = field.name;
  if (name == "title" || name == "is_private") return;
  if (name == "owner") {
    field.is_disabled = !is_adding(request);
    const bool is_unset = std::holds_alternative<orm::Null>(field.initial.value);
    if (is_adding(request) && is_unset) field.initial.value = request.user()->id;
  } else if (name == "tags") {
    show_tags(field);
  } else if (name == "location_domain") {
    offer(field, physical);
  } else if (name == "location_exposure") {
    offer(field, exposures);
  } else if (name == "location_disposition") {
    offer(field, dispositions);
  } else {
    allow_nothing(field);
  }
  if (name.starts_with("location_")) field.label = web::forms::pretty_name(name.substr(9));
  if (name == "location_lat") field.label = "Latitude";
  if (name == "location_lon") field.label = "Longitude";
  if (name == "location_ele") field.label = "Elevation";
}

std::optional<std::string> check_channel_name(const orm::Value& value) {
  const auto* name = std::get_if<std::string>(&value);
  if (!name || registry::is_channel_name(*name)) return std::nullopt;
  return "Enter letters, digits and + - . _ only.";
}

void adjust_channel(const HttpRequest&, Field& field) {
  if (field.name == "name") {
    field.validators.emplace_back(check_channel_name);
  } else if (field.name == "unit_type") {
    offer(field, unit_types);
  } else if (field.name == "tags") {
    show_tags(field);
  } else {
    allow_nothing(field);
  }
}

// --- what was entered ----------------------------------------------------------------------------

std::optional<double> number_in(const ModelForm& form, std::string_view name) {
  const auto* number = std::get_if<double>(&form.cleaned(name).value);
  return number ? std::optional(*number) : std::nullopt;
}

FeedChange change_in(const ModelForm& form) {
  const auto* is_private = std::get_if<bool>(&form.cleaned("is_private").value);
  FeedChange change;
  change.title = form.text("title");
  change.description = form.text("description");
  change.website = form.text("website");
  change.email = form.text("email");
  change.icon = form.text("icon");
  change.is_private = is_private && *is_private;
  change.tags = registry::parse_tags(form.text("tags"));
  change.location.name = form.text("location_name");
  change.location.domain = form.text("location_domain");
  change.location.exposure = form.text("location_exposure");
  change.location.disposition = form.text("location_disposition");
  change.location.ele = form.text("location_ele");
  change.location.lat = number_in(form, "location_lat");
  change.location.lon = number_in(form, "location_lon");
  return change;
}

// "title can't be blank" belongs to the field `title`.
void add_complaints(ModelForm& form, std::string_view complaints) {
  while (!complaints.empty()) {
    auto line = complaints.substr(0, complaints.find('\n'));
    complaints.remove_prefix(std::min(complaints.size(), line.size() + 1));
    auto attribute = line.substr(0, line.find(' '));
    bool has_field = form.find(attribute) != nullptr;
    auto message = web::forms::capitalized(line.substr(has_field ? attribute.size() + 1 : 0));
    form.add_error(has_field ? attribute : web::forms::non_field_errors, message + ".");
  }
}

registry::Feed stored_feed(Services& services, std::int64_t id) {
  auto feed = wait_for(services, [&] { return services.registry.find(id); });
  if (!feed) throw Error(Code::not_found, "the feed is gone");
  return *feed;
}

// Registry would refuse it as well, but after the form.
void clean(Services& services, const HttpRequest& request, ModelForm& form) {
  const bool is_whole = std::ranges::all_of(
      form.fields(), [&](const Field& field) { return form.has_cleaned(field.name); });
  if (!is_whole) return;
  auto before = is_adding(request) ? registry::Feed() : stored_feed(services, form.record().id());
  try {
    auto change = change_in(form);
    registry::apply(before, {.feed = change, .channels = {}, .at = services.clock.now()},
                    services.limits);
  } catch (const Error& error) {
    if (error.code() != Code::unprocessable) throw;
    add_complaints(form, error.what());
  }
}

// --- what is stored ------------------------------------------------------------------------------

void save(Services& services, ModelForm& form, Saving saving) {
  auto change = change_in(form);
  std::vector<ChannelChange> none;
  if (saving == Saving::added) {
    const auto owner = orm::as_integer(form.cleaned("owner").value);
    auto feed = wait_for(services, [&] {
      return services.registry.create(owner, std::move(change), std::move(none));
    });
    form.record().set("id", feed->id);
    return;
  }
  const auto id = form.record().id();
  wait_for(services, [&] {
    return services.registry.update(id, std::move(change), std::move(none), services.clock.now());
  });
}

void save_channel(Services& services, ModelForm& form) {
  const auto feed = orm::as_integer(form.record().get("feed"));
  const auto name = form.text("name");
  std::vector<ChannelChange> changes(1);
  changes[0].name = name;
  changes[0].tags = registry::parse_tags(form.text("tags"));
  changes[0].unit = {.label = form.text("unit_label"),
                     .symbol = form.text("unit_symbol"),
                     .type = form.text("unit_type")};
  auto after = wait_for(services, [&] {
    return services.registry.update(feed, FeedChange(), std::move(changes), services.clock.now());
  });
  if (const auto* channel = after->find(name)) form.record().set("id", channel->id);
}

void delete_channel(Services& services, const orm::Record& record) {
  const auto feed = orm::as_integer(record.get("feed"));
  wait_for(services, [&] {
    return services.telemetry.remove_channel(feed, orm::as_text(record.get("name")));
  });
}

web::admin::Inline channels(Services& services) {
  web::admin::Inline rows;
  rows.model = &orm::model_info<ChannelRow>();
  rows.fields = {"name", "unit_label", "unit_symbol", "unit_type", "tags"};
  rows.extra = 1;
  rows.fixed_fields = {"name"};
  rows.adjust_field = adjust_channel;
  rows.save_row = [&services](const HttpRequest&, ModelForm& form) {
    save_channel(services, form);
  };
  rows.delete_row = [&services](const HttpRequest&, const orm::Record& record) {
    delete_channel(services, record);
  };
  return rows;
}

}  // namespace

web::admin::Options feed_options(Services& services) {
  web::admin::Options options;
  options.columns = {{.name = "shown_tags",
                      .label = "Tags",
                      .value = [](const orm::Record& record) -> web::Value {
                        auto tags = registry::from_column(orm::as_text(record.get("tags")));
                        return fmt::format("{}", fmt::join(tags, ", "));
                      },
                      .order_field = ""}};
  options.list_display = {"id", "title", "owner", "is_private", "shown_tags", "updated"};
  options.list_display_links = {"title"};
  options.list_filter = {"is_private", "owner"};
  options.search_fields = {"=id", "title", "description", "tags"};
  options.ordering = {"-id"};
  options.fieldsets = {
      {.title = "", .fields = {"title", "owner", "is_private", "description", "tags"}},
      {.title = "Location",
       .fields = {"location_name", "location_lat", "location_lon", "location_ele",
                  "location_domain", "location_exposure", "location_disposition"}},
      {.title = "More",
       .fields = {"website", "email", "icon", "product_id", "device_serial", "created",
                  "updated"}}};
  options.readonly_fields = {"product_id", "device_serial", "created", "updated"};
  options.inlines = {channels(services)};
  options.adjust_field = adjust;
  options.clean = [&services](const HttpRequest& request, ModelForm& form) {
    clean(services, request, form);
  };
  options.save_model = [&services](const HttpRequest&, ModelForm& form, Saving saving) {
    save(services, form, saving);
  };
  options.delete_model = [&services](const HttpRequest&, const orm::Record& record) {
    wait_for(services, [&] { return services.telemetry.remove_feed(record.id()); });
  };
  return options;
}

}  // namespace tt::console
