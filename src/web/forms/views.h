#pragma once

// Views that are always the same, as structs that say what is special:
//
//   struct StationList : views::ListView<StationList, Station> {
//     static constexpr std::size_t paginate_by = 20;
//   };
//   struct StationCreate : views::CreateView<StationCreate, Station> {
//     static inline const std::vector<std::string> fields = {"name", "owner"};
//     static constexpr std::string_view success_url = "/stations/";
//   };
//   url("^stations/$", StationList::as_view(), "station-list"),
//   url("^stations/(?P<pk>[0-9]+)/$", StationDetail::as_view(), "station-detail"),
//
// What a struct may say, all of it optional:
//
//   template_name      "weather/station_list.html" unless said: app, model and _list, _detail,
//                      _form or _confirm_delete
//   paginate_by        rows on a page; 0: all on one
//   fields             of the form
//   success_url        where to go afterwards; "{id}" stands for the row's id
//   static orm::Records rows(const HttpRequest&, orm::Records all)
//   static void add_context(const HttpRequest&, Context&)
//   static void save(const HttpRequest&, forms::ModelForm&)         instead of form.save()
//   static HttpResponse form_valid(const HttpRequest&, forms::FormOf<F>&)   of a FormView
//
// Templates get `object_list`, `page_obj` and `is_paginated`, or `object`, or `form`, and the row
// or the rows under the model's name as well: `station`, `station_list`.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/current.h"
#include "orm/record.h"
#include "web/core/urls.h"
#include "web/forms/declared.h"
#include "web/forms/model_form.h"

namespace tt::web::views {

// What the views below are made of.
struct ModelView {
  const orm::ModelInfo* model = nullptr;
  std::string template_name;
  std::size_t paginate_by = 0;
  std::vector<std::string> fields;
  std::string success_url;
  std::function<orm::Records(const HttpRequest&, orm::Records)> rows;
  std::function<void(const HttpRequest&, Context&)> add_context;
  std::function<void(const HttpRequest&, forms::ModelForm&)> save;
};
HttpResponse show_list(const ModelView& view, const HttpRequest& request);
HttpResponse show_detail(const ModelView& view, const HttpRequest& request, const std::string& id);
HttpResponse show_create(const ModelView& view, const HttpRequest& request);
HttpResponse show_update(const ModelView& view, const HttpRequest& request, const std::string& id);
HttpResponse show_delete(const ModelView& view, const HttpRequest& request, const std::string& id);

// GET and HEAD only: 405 for the rest.
View template_view(std::string template_name, Context context = {});
// To a URL; "{name}" stands for the named group of the pattern, the query is not kept.
View redirect_view(std::string to, int status = 302);

namespace detail {

template <class D, class M>
ModelView model_view() {
  ModelView view;
  view.model = &orm::model_info<M>();
  if constexpr (requires { D::template_name; }) view.template_name = D::template_name;
  if constexpr (requires { D::paginate_by; }) view.paginate_by = D::paginate_by;
  if constexpr (requires { D::fields; }) view.fields.assign(D::fields.begin(), D::fields.end());
  if constexpr (requires { D::success_url; }) view.success_url = D::success_url;
  if constexpr (requires { &D::rows; }) view.rows = &D::rows;
  if constexpr (requires { &D::add_context; }) view.add_context = &D::add_context;
  if constexpr (requires { &D::save; }) view.save = &D::save;
  return view;
}

using ShowAll = HttpResponse (*)(const ModelView&, const HttpRequest&);
using ShowOne = HttpResponse (*)(const ModelView&, const HttpRequest&, const std::string&);
View make_view(ModelView view, ShowAll show);
View make_view(ModelView view, ShowOne show);

}  // namespace detail

template <class D, class M>
struct ListView {
  static View as_view() { return detail::make_view(detail::model_view<D, M>(), &show_list); }
};
template <class D, class M>
struct DetailView {
  static View as_view() { return detail::make_view(detail::model_view<D, M>(), &show_detail); }
};
template <class D, class M>
struct CreateView {
  static View as_view() { return detail::make_view(detail::model_view<D, M>(), &show_create); }
};
template <class D, class M>
struct UpdateView {
  static View as_view() { return detail::make_view(detail::model_view<D, M>(), &show_update); }
};
template <class D, class M>
struct DeleteView {
  static View as_view() { return detail::make_view(detail::model_view<D, M>(), &show_delete); }
};

template <class D>
struct TemplateView {
  static View as_view() {
    return {[](const HttpRequest& request, std::span<const std::string>) {
      Context context;
      if constexpr (requires { &D::add_context; }) D::add_context(request, context);
      return render(request, D::template_name, std::move(context));
    }};
  }
};

// Shows the declared form F, and calls form_valid() with a good one.
template <class D, class F>
struct FormView {
  static View as_view() {
    return {[](const HttpRequest& request, std::span<const std::string>) {
      forms::FormOf<F> form(request);
      if (form.is_valid()) {
        if constexpr (requires(forms::FormOf<F>& f) { D::form_valid(request, f); }) {
          return D::form_valid(request, form);
        } else {
          return redirect(D::success_url);
        }
      }
      form.errors();
      Context context{{"form", form.value()}};
      if constexpr (requires { &D::add_context; }) D::add_context(request, context);
      return render(request, D::template_name, std::move(context));
    }};
  }
};

}  // namespace tt::web::views
