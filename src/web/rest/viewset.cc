#include "web/rest/viewset.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "web/rest/api_error.h"
#include "web/rest/json_text.h"
#include "web/rest/python_text.h"
#include "web/rest/site.h"

namespace tt::web::rest {
namespace {

// "Reset all" of "reset_all".
std::string action_name(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

bool has_every_column(const orm::ModelInfo& model) {
  return std::ranges::all_of(model.fields, &orm::FieldInfo::has_column);
}

void append_nullable(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    append_json_text(out, *text);
  } else {
    out += "null";
  }
}

// What list and detail routes share.
class ViewSetRoute : public ApiView {
 public:
  ViewSetRoute(std::shared_ptr<const ViewSetInfo> viewset, ViewOptions options,
               std::vector<std::string> methods)
      : ApiView(std::move(options), std::move(methods)), viewset_(std::move(viewset)) {}

  const orm::ModelInfo* model() const override { return viewset_->model; }
  const ViewSetInfo& viewset() const { return *viewset_; }
  const SerializerInfo* serializer(const ApiRequest& request) const override {
    return &serializer_for(request, action_of(request.method()));
  }

 protected:
  virtual std::string_view action_of(std::string_view method) const = 0;

  const SerializerInfo& serializer_for(const ApiRequest& request, std::string_view action) const {
    return viewset_->serializer_for ? viewset_->serializer_for(request, action)
                                    : *viewset_->serializer;
  }

  orm::Records rows(const ApiRequest& request) const {
    orm::Session& session = request.session();
    orm::Records all = viewset_->queryset ? orm::Records(session, viewset_->queryset(request))
                                          : orm::Records(session, *viewset_->model);
    return filtered(viewset_->filters, request, std::move(all));
  }

  // The row as the API shows it.
  std::string shown(const ApiRequest& request, const SerializerInfo& serializer,
                    const orm::Record& row) const {
    Representation representation(serializer, request.representation_context());
    if (representation.needs_related()) representation.load_related(std::span(&row, 1));
    std::string json;
    representation.write(json, row.cells());
    return json;
  }

  orm::Record find_object(const ApiRequest& request) const {
    auto digits = integer_digits(request.argument("pk"));
    // Beyond 64 bits no row's id can be.
    auto id = digits ? parse_number<std::int64_t>(*digits) : std::nullopt;
    auto row = id ? rows(request).find(*id) : std::nullopt;
    if (!row) throw ApiError(404, "Not found.");
    check_object(request, *row);
    return *std::move(row);
  }

 private:
  std::shared_ptr<const ViewSetInfo> viewset_;
};

class ListRoute final : public ViewSetRoute {
 public:
  using ViewSetRoute::ViewSetRoute;
  bool is_list() const override { return viewset().lists; }

 protected:
  std::string_view action_of(std::string_view method) const override {
    return method == "POST" ? "create" : "list";
  }
  Response handle(ApiRequest& request) const override {
    return request.method() == "POST" ? create(request) : list(request);
  }

 private:
  Response list(const ApiRequest& request) const {
    const auto& usual = request.site().settings().pagination;
    Pagination pagination = viewset().pagination ? *viewset().pagination
                            : usual              ? *usual
                                                 : no_pages;
    Page page = paginate(pagination, request, rows(request));
    std::string json;
    if (pagination.style != PageStyle::whole) {
      json += page.count ? fmt::format("{{\"count\":{},\"next\":", *page.count) : "{\"next\":";
      append_nullable(json, page.next);
      json += ",\"previous\":";
      append_nullable(json, page.previous);
      json += ",\"results\":";
    }
    write_rows(json, request, page);
    if (pagination.style != PageStyle::whole) json += '}';
    Response response = Response::of(std::move(json));
    bool has_page = request.renderer() == Renderer::browsable;
    if (has_page) response.pages = page_controls(pagination, request, page);
    return response;
  }

  void write_rows(std::string& json, const ApiRequest& request, const Page& page) const {
    Representation representation(serializer_for(request, "list"),
                                  request.representation_context());
    json += '[';
    bool is_first = true;
    auto write = [&](std::span<const orm::Value> cells) {
      if (!std::exchange(is_first, false)) json += ',';
      representation.write(json, cells);
    };
    // Straight from the database's cells where that is enough.
    bool is_direct =
        !page.loaded && !representation.needs_related() && has_every_column(*viewset().model);
    if (is_direct) {
      page.rows.session().select(page.rows.query(), write);
    } else {
      const std::vector<orm::Record> loaded = page.loaded ? *page.loaded : page.rows.rows();
      if (representation.needs_related()) representation.load_related(loaded);
      for (const orm::Record& row : loaded) write(row.cells());
    }
    json += ']';
  }

  Response create(const ApiRequest& request) const {
    const SerializerInfo& serializer = serializer_for(request, "create");
    Attributes attributes = validate(serializer, request.data(), request.field_reading());
    Saving saving(request.session(), serializer, std::move(attributes), nullptr);
    if (viewset().perform_create) viewset().perform_create(request, saving);
    if (saving.saved() == nullptr) saving.save();
    Response response = Response::of(shown(request, serializer, *saving.saved()), 201);
    const Field* url = serializer.find("url");
    if (url != nullptr && url->type == FieldClass::identity) {
      std::string link;
      append_link(link, request.site().links().detail(url->view_name), request.link_style(),
                  std::to_string(saving.saved()->id()));
      response.headers.emplace_back("Location", std::move(link));
    }
    return response;
  }
};

class DetailRoute final : public ViewSetRoute {
 public:
  using ViewSetRoute::ViewSetRoute;
  std::optional<orm::Record> object(const ApiRequest& request) const override {
    return find_object(request);
  }

 protected:
  std::string_view action_of(std::string_view method) const override {
    if (method == "PUT") return "update";
    if (method == "PATCH") return "partial_update";
    return method == "DELETE" ? "destroy" : "retrieve";
  }
  Response handle(ApiRequest& request) const override {
    if (request.method() == "PUT") return update(request, Partial::no);
    if (request.method() == "PATCH") return update(request, Partial::yes);
    if (request.method() == "DELETE") return destroy(request);
    return Response::of(shown(request, serializer_for(request, "retrieve"), find_object(request)));
  }

 private:
  Response update(const ApiRequest& request, Partial partial) const {
    orm::Record row = find_object(request);
    const SerializerInfo& serializer = serializer_for(request, action_of(request.method()));
    Attributes attributes =
        validate(serializer, request.data(), request.field_reading(&row, partial));
    Saving saving(request.session(), serializer, std::move(attributes), &row);
    if (viewset().perform_update) viewset().perform_update(request, saving);
    if (saving.saved() == nullptr) saving.save();
    return Response::of(shown(request, serializer, *saving.saved()));
  }

  Response destroy(const ApiRequest& request) const {
    orm::Record row = find_object(request);
    if (viewset().perform_destroy) {
      viewset().perform_destroy(request, row);
    } else {
      const std::int64_t ids[] = {row.id()};
      orm::erase(request.session(), *viewset().model, ids);
    }
    return Response::empty();
  }
};

class ActionRoute final : public ViewSetRoute {
 public:
  ActionRoute(std::shared_ptr<const ViewSetInfo> viewset, ViewOptions options,
              const ExtraAction& action)
      : ViewSetRoute(std::move(viewset), std::move(options), action.options.methods),
        action_(action) {}
  std::optional<orm::Record> object(const ApiRequest& request) const override {
    if (action_.options.on == On::list) return std::nullopt;
    return find_object(request);
  }

 protected:
  std::string_view action_of(std::string_view) const override { return action_.name; }
  Response handle(ApiRequest& request) const override { return action_.call(request); }

 private:
  ExtraAction action_;
};

void check_names(const ViewSetInfo& info, std::span<const std::string> names,
                 std::string_view what) {
  for (const std::string& name : names) {
    std::string_view plain = name;
    if (plain.starts_with('-') || plain.starts_with('^') || plain.starts_with('=')) {
      plain.remove_prefix(1);
    }
    std::string_view first = plain.substr(0, plain.find("__"));
    if (first == "pk" || info.model->find(first) != nullptr) continue;
    throw Error(Code::internal, fmt::format("{}: {}: the model {} has no field '{}'",
                                            info.class_name, what, info.model->name, first));
  }
}

}  // namespace

orm::Record& Saving::save() {
  saved_ = rest::save(session_, serializer_, attributes_, instance_);
  return *saved_;
}

void check_viewset(const ViewSetInfo& info) {
  check_names(info, info.filters.filter, "filter_fields");
  check_names(info, info.filters.search, "search_fields");
  check_names(info, info.filters.ordering_fields, "ordering_fields");
  check_names(info, info.filters.ordering, "ordering");
}

std::shared_ptr<const ApiView> make_route(std::shared_ptr<const ViewSetInfo> viewset, On on) {
  ViewOptions options = viewset->options;
  options.name += on == On::list ? " List" : " Instance";
  std::vector<std::string> methods;
  auto add = [&](bool is_there, std::initializer_list<const char*> names) {
    if (is_there) methods.insert(methods.end(), names.begin(), names.end());
  };
  if (on == On::list) {
    add(viewset->lists, {"GET"});
    add(viewset->creates, {"POST"});
    if (methods.empty()) return nullptr;
    return std::make_shared<ListRoute>(std::move(viewset), std::move(options), std::move(methods));
  }
  add(viewset->retrieves, {"GET"});
  add(viewset->updates, {"PUT", "PATCH"});
  add(viewset->destroys, {"DELETE"});
  if (methods.empty()) return nullptr;
  return std::make_shared<DetailRoute>(std::move(viewset), std::move(options), std::move(methods));
}

std::shared_ptr<const ApiView> make_action_route(std::shared_ptr<const ViewSetInfo> viewset,
                                                 const ExtraAction& action) {
  ViewOptions options = viewset->options;
  options.name = action_name(action.name);
  if (action.options.permissions) options.permissions = action.options.permissions;
  return std::make_shared<ActionRoute>(std::move(viewset), std::move(options), action);
}

const ViewSetInfo* viewset_of(const ApiView& view) {
  const auto* route = dynamic_cast<const ViewSetRoute*>(&view);
  return route == nullptr ? nullptr : &route->viewset();
}

}  // namespace tt::web::rest
