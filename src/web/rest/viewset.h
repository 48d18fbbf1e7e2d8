#pragma once

// Viewsets: list, create, show, change and delete the rows of a model over HTTP.
//
//   struct StationViewSet : rest::ModelViewSet<StationViewSet, Station> {
//     using serializer_class = StationSerializer;
//   };
//   static auto router = rest::DefaultRouter().add<StationViewSet>("station");
//
// Everything else is optional, and found by its name:
//
//   static constexpr auto permission_classes = rest::permissions(rest::is_authenticated);
//   static constexpr auto authentication_classes = rest::authentications(Authentication::token);
//   static constexpr auto throttle_classes = rest::throttles(Throttle::scoped);
//   static constexpr std::string_view throttle_scope = "uploads";
//   static constexpr auto pagination = rest::pages_of(25);
//   static constexpr auto filter_fields = rest::field_names("name", "temperature__gte");
//   static constexpr auto search_fields = rest::field_names("name", "^owner__name");
//   static constexpr auto ordering_fields = rest::field_names("name", "id");
//   static constexpr auto ordering = rest::field_names("-id");
//   static constexpr std::string_view description = "Weather stations.";
//   orm::QuerySet<Station> queryset() { return Station::objects.filter("owner"_k = user()->id); }
//   const rest::SerializerInfo& serializer(std::string_view action);
//   void perform_create(rest::Saving& saving) { saving.set("owner", user()->id); saving.save(); }
//   void perform_update(rest::Saving& saving);
//   void perform_destroy(orm::Record& row);
//   static void actions(rest::Actions<StationViewSet>& actions) {   // rest::Response recent();
//     actions.add<&StationViewSet::recent>("recent");               // GET station/recent/
//     actions.add<&StationViewSet::reset>("reset", {.on = rest::On::row, .methods = {"POST"}});
//   }
//
// An object of the viewset is made for each request; request(), user() and action() are its own.

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/queryset.h"
#include "web/rest/filter.h"
#include "web/rest/pagination.h"
#include "web/rest/request.h"
#include "web/rest/serializer.h"
#include "web/rest/view.h"

namespace tt::web::rest {

// --- what viewsets are made of -----------------------------------------------------------------

struct ListModelMixin {};      // GET station/
struct CreateModelMixin {};    // POST station/
struct RetrieveModelMixin {};  // GET station/7/
struct UpdateModelMixin {};    // PUT and PATCH station/7/
struct DestroyModelMixin {};   // DELETE station/7/

template <class... A>
consteval auto authentications(A... all) {
  return std::array<Authentication, sizeof...(A)>{all...};
}
template <class... T>
consteval auto throttles(T... all) {
  return std::array<Throttle, sizeof...(T)>{all...};
}

// A row about to be stored: what the client sent, to be completed, and the row once it is saved.
class Saving {
 public:
  Saving(orm::Session& session, const SerializerInfo& serializer, Attributes attributes,
         const orm::Record* instance)
      : session_(session),
        serializer_(serializer),
        attributes_(std::move(attributes)),
        instance_(instance) {}

  Attributes& attributes() { return attributes_; }
  // The row as it was; nullptr for a new one.
  const orm::Record* instance() const { return instance_; }
  void set(std::string_view field, orm::Value value) { attributes_.set(field, std::move(value)); }
  orm::Record& save();
  // nullptr until it is saved.
  const orm::Record* saved() const { return saved_ ? &*saved_ : nullptr; }

 private:
  orm::Session& session_;
  const SerializerInfo& serializer_;
  Attributes attributes_;
  const orm::Record* instance_;
  std::optional<orm::Record> saved_;
};

enum class On : unsigned char { list, row };
struct ActionOptions {
  On on = On::list;
  std::vector<std::string> methods = {"GET"};
  std::string url_path;  // as the name, if empty
  std::optional<std::vector<Permission>> permissions;
};

struct ExtraAction {
  std::string name;
  ActionOptions options;
  std::function<Response(const ApiRequest& request)> call;
};

// A viewset as the router sees it; see viewset_info.
struct ViewSetInfo {
  std::string class_name;  // "StationViewSet"
  const orm::ModelInfo* model = nullptr;
  const SerializerInfo* serializer = nullptr;
  bool lists = false, creates = false, retrieves = false, updates = false, destroys = false;
  ViewOptions options;
  FilterFields filters;
  std::optional<Pagination> pagination;
  std::vector<ExtraAction> actions;

  // Absent: what a viewset does without them.
  std::function<orm::Select(const ApiRequest&)> queryset;
  std::function<const SerializerInfo&(const ApiRequest&, std::string_view action)> serializer_for;
  std::function<void(const ApiRequest&, Saving&)> perform_create, perform_update;
  std::function<void(const ApiRequest&, orm::Record&)> perform_destroy;
};

template <class V>
class Actions {
 public:
  explicit Actions(std::vector<ExtraAction>& all) : all_(all) {}
  template <Response (V::*member)()>
  void add(std::string name, ActionOptions options = {}) {
    all_.push_back({std::move(name), std::move(options), [](const ApiRequest& request) {
                      V view;
                      view.bind(request, "");
                      return (view.*member)();
                    }});
  }

 private:
  std::vector<ExtraAction>& all_;
};

template <class Self, class M, class... Mixins>
class GenericViewSet {
 public:
  using Model = M;
  template <class Mixin>
  static constexpr bool has = (std::same_as<Mixin, Mixins> || ...);

  const ApiRequest& request() const { return *request_; }
  const UserPtr& user() const { return request_->user(); }
  // "list", "create", "retrieve", "update", "partial_update", "destroy"; empty in extra actions.
  std::string_view action() const { return action_; }
  // The row that the URL names.  Throws ApiError(404) or 403.
  M get_object() const;

  void bind(const ApiRequest& request, std::string_view action) {
    request_ = &request;
    action_ = action;
  }

 private:
  const ApiRequest* request_ = nullptr;
  std::string_view action_;
};

template <class Self, class M>
using ReadOnlyModelViewSet = GenericViewSet<Self, M, ListModelMixin, RetrieveModelMixin>;
template <class Self, class M>
using ModelViewSet = GenericViewSet<Self, M, ListModelMixin, CreateModelMixin, RetrieveModelMixin,
                                    UpdateModelMixin, DestroyModelMixin>;

// --- routes: made by routers -------------------------------------------------------------------

// "list" or "detail" of a viewset.
std::shared_ptr<const ApiView> make_route(std::shared_ptr<const ViewSetInfo> viewset, On on);
std::shared_ptr<const ApiView> make_action_route(std::shared_ptr<const ViewSetInfo> viewset,
                                                 const ExtraAction& action);
// The viewset of a view that was made here; nullptr for others.
const ViewSetInfo* viewset_of(const ApiView& view);

namespace detail {

template <class V>
V made_for(const ApiRequest& request, std::string_view action) {
  V view;
  view.bind(request, action);
  return view;
}

template <class Array>
auto vector_of(const Array& array) {
  return std::vector<typename Array::value_type>(array.begin(), array.end());
}
template <class Array>
std::vector<std::string> texts_of(const Array& array) {
  return {array.begin(), array.end()};
}

template <class V>
ViewOptions view_options() {
  ViewOptions options;
  options.name = view_name_of(type_name<V>());
  if constexpr (requires { V::permission_classes; }) {
    options.permissions = vector_of(V::permission_classes);
  }
  if constexpr (requires { V::authentication_classes; }) {
    options.authentications = vector_of(V::authentication_classes);
  }
  if constexpr (requires { V::throttle_classes; }) {
    options.throttles = vector_of(V::throttle_classes);
  }
  if constexpr (requires { V::throttle_scope; }) options.throttle_scope = V::throttle_scope;
  if constexpr (requires { V::description; }) options.description = V::description;
  return options;
}

template <class V>
void set_filters(ViewSetInfo& info) {
  if constexpr (requires { V::filter_fields; }) info.filters.filter = texts_of(V::filter_fields);
  if constexpr (requires { V::search_fields; }) info.filters.search = texts_of(V::search_fields);
  if constexpr (requires { V::ordering_fields; }) {
    info.filters.ordering_fields = texts_of(V::ordering_fields);
  }
  if constexpr (requires { V::ordering; }) info.filters.ordering = texts_of(V::ordering);
  if constexpr (requires { V::pagination; }) info.pagination = V::pagination;
}

template <class V>
void set_hooks(ViewSetInfo& info) {
  if constexpr (requires(V v) { v.queryset(); }) {
    info.queryset = [](const ApiRequest& request) {
      return made_for<V>(request, "").queryset().query();
    };
  }
  if constexpr (requires(V v) { v.serializer(std::string_view()); }) {
    info.serializer_for = [](const ApiRequest& request,
                             std::string_view action) -> const SerializerInfo& {
      return made_for<V>(request, action).serializer(action);
    };
  }
  if constexpr (requires(V v, Saving& saving) { v.perform_create(saving); }) {
    info.perform_create = [](const ApiRequest& request, Saving& saving) {
      made_for<V>(request, "create").perform_create(saving);
    };
  }
  if constexpr (requires(V v, Saving& saving) { v.perform_update(saving); }) {
    info.perform_update = [](const ApiRequest& request, Saving& saving) {
      made_for<V>(request, "update").perform_update(saving);
    };
  }
  if constexpr (requires(V v, orm::Record& row) { v.perform_destroy(row); }) {
    info.perform_destroy = [](const ApiRequest& request, orm::Record& row) {
      made_for<V>(request, "destroy").perform_destroy(row);
    };
  }
  if constexpr (requires(Actions<V>& actions) { V::actions(actions); }) {
    Actions<V> actions(info.actions);
    V::actions(actions);
  }
}

}  // namespace detail

// Throws internal for a name of a field that does not exist.
void check_viewset(const ViewSetInfo& info);

template <class V>
std::shared_ptr<const ViewSetInfo> viewset_info() {
  auto info = std::make_shared<ViewSetInfo>();
  info->class_name = detail::type_name<V>();
  info->model = &orm::model_info<typename V::Model>();
  info->serializer = &serializer_info<typename V::serializer_class>();
  info->lists = V::template has<ListModelMixin>;
  info->creates = V::template has<CreateModelMixin>;
  info->retrieves = V::template has<RetrieveModelMixin>;
  info->updates = V::template has<UpdateModelMixin>;
  info->destroys = V::template has<DestroyModelMixin>;
  info->options = detail::view_options<V>();
  detail::set_filters<V>(*info);
  detail::set_hooks<V>(*info);
  check_viewset(*info);
  return info;
}

template <class Self, class M, class... Mixins>
M GenericViewSet<Self, M, Mixins...>::get_object() const {
  auto row = request_->view().object(*request_);
  return row ? orm::detail::from_cells<M>(row->cells()) : M{};
}

}  // namespace tt::web::rest
