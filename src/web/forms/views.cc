#include "web/forms/views.h"

#include <fmt/format.h>

#include "base/text.h"
#include "web/forms/row.h"

namespace tt::web::views {
namespace {

std::string template_of(const ModelView& view, std::string_view suffix) {
  if (!view.template_name.empty()) return view.template_name;
  return fmt::format("{}/{}{}.html", view.model->app_label, to_lower(view.model->name), suffix);
}

orm::Records rows_of(const ModelView& view, const HttpRequest& request) {
  orm::Records all(orm::current_session(), *view.model);
  return view.rows ? view.rows(request, std::move(all)) : all;
}

orm::Record row_of(const ModelView& view, const HttpRequest& request, const std::string& id) {
  const auto number = parse_number<std::int64_t>(id);
  auto row = number ? rows_of(view, request).find(*number) : std::nullopt;
  if (!row) raise_404(fmt::format("No {} found matching the query", view.model->verbose_name));
  return std::move(*row);
}

HttpResponse page(const ModelView& view, const HttpRequest& request, std::string_view suffix,
                  Context context) {
  if (view.add_context) view.add_context(request, context);
  return render(request, template_of(view, suffix), std::move(context));
}

std::string success_url(const ModelView& view, const orm::Record& record) {
  std::string url = view.success_url.empty() ? "../" : view.success_url;
  if (const std::size_t at = url.find("{id}"); at != std::string::npos) {
    url.replace(at, 4, fmt::format("{}", record.id()));
  }
  return url;
}

HttpResponse edit(const ModelView& view, const HttpRequest& request, orm::Record record) {
  const bool is_stored = record.id() != 0;
  Context context;
  if (is_stored) {
    context.set("object", forms::row_value(record));
    context.set(to_lower(view.model->name), forms::row_value(record));
  }
  forms::ModelForm form(std::move(record), {.fields = view.fields});
  form.bind(request);
  if (form.is_valid()) {
    if (view.save) {
      view.save(request, form);
    } else {
      form.save();
    }
    return redirect(success_url(view, form.record()));
  }
  context.set("form", form.value());
  return page(view, request, "_form", std::move(context));
}

struct PageNumbers {
  std::int64_t number = 1;
  std::int64_t count = 1;
};

PageNumbers page_numbers(const ModelView& view, const HttpRequest& request, std::int64_t rows) {
  const auto per_page = static_cast<std::int64_t>(view.paginate_by);
  PageNumbers pages;
  pages.count = std::max<std::int64_t>(1, (rows + per_page - 1) / per_page);
  const std::string asked = request.query().get("page", "1");
  const auto number = asked == "last" ? pages.count : parse_number<std::int64_t>(asked).value_or(0);
  if (number < 1 || number > pages.count) {
    raise_404(fmt::format("Invalid page ({})", asked));
  }
  pages.number = number;
  return pages;
}

Map page_value(const PageNumbers& pages, const List& rows) {
  return Map{{"number", pages.number},
             {"object_list", rows},
             {"has_previous", pages.number > 1},
             {"has_next", pages.number < pages.count},
             {"has_other_pages", pages.count > 1},
             {"previous_page_number", pages.number - 1},
             {"next_page_number", pages.number + 1},
             {"paginator", Map{{"num_pages", pages.count}}}};
}

}  // namespace

HttpResponse show_list(const ModelView& view, const HttpRequest& request) {
  orm::Records rows = rows_of(view, request);
  PageNumbers pages;
  if (view.paginate_by > 0) {
    pages = page_numbers(view, request, rows.count());
    rows = rows.offset(static_cast<std::size_t>(pages.number - 1) * view.paginate_by)
               .limit(view.paginate_by);
  }
  List list;
  for (orm::Record& row : rows.rows()) list.push_back(forms::row_value(std::move(row)));
  Context context{{"page_obj", page_value(pages, list)}, {"is_paginated", pages.count > 1}};
  const web::Value shared(std::move(list));
  context.set("object_list", shared);
  context.set(to_lower(view.model->name) + "_list", shared);
  return page(view, request, "_list", std::move(context));
}

HttpResponse show_detail(const ModelView& view, const HttpRequest& request, const std::string& id) {
  const web::Value row = forms::row_value(row_of(view, request, id));
  return page(view, request, "_detail", {{"object", row}, {to_lower(view.model->name), row}});
}

HttpResponse show_create(const ModelView& view, const HttpRequest& request) {
  return edit(view, request, orm::Record(*view.model));
}

HttpResponse show_update(const ModelView& view, const HttpRequest& request, const std::string& id) {
  return edit(view, request, row_of(view, request, id));
}

HttpResponse show_delete(const ModelView& view, const HttpRequest& request, const std::string& id) {
  orm::Record row = row_of(view, request, id);
  if (request.is_post()) {
    const std::int64_t number = row.id();
    orm::erase(orm::current_session(), *view.model, std::span(&number, 1));
    return redirect(success_url(view, row));
  }
  const web::Value value = forms::row_value(std::move(row));
  return page(view, request, "_confirm_delete",
              {{"object", value}, {to_lower(view.model->name), value}});
}

View template_view(std::string template_name, Context context) {
  return {[template_name = std::move(template_name), context = std::move(context)](
              const HttpRequest& request, std::span<const std::string>) {
    if (!request.is_get() && request.method() != "HEAD") {
      HttpResponse response("", 405);
      response.set("Allow", "GET, HEAD");
      return response;
    }
    return render(request, template_name, context);
  }};
}

View redirect_view(std::string to, int status) {
  return {[to = std::move(to), status](const HttpRequest& request, std::span<const std::string>) {
    std::string url = to;
    for (const auto& [name, value] : request.resolver_match().named) {
      const std::string key = "{" + name + "}";
      if (const std::size_t at = url.find(key); at != std::string::npos) {
        url.replace(at, key.size(), value);
      }
    }
    HttpResponse response = redirect(url);
    response.status = status;
    return response;
  }};
}

namespace detail {

View make_view(ModelView view, ShowAll show) {
  return {[view = std::move(view), show](const HttpRequest& request, std::span<const std::string>) {
    return show(view, request);
  }};
}

View make_view(ModelView view, ShowOne show) {
  return {[view = std::move(view), show](const HttpRequest& request,
                                         std::span<const std::string> arguments) {
    if (arguments.empty()) throw Error(Code::internal, "the URL pattern captures no id");
    return show(view, request, arguments.front());
  }};
}

}  // namespace detail
}  // namespace tt::web::views
