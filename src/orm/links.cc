#include "orm/links.h"

#include <algorithm>

#include "orm/detail/joins.h"

namespace tt::orm::detail {
namespace {

Step step_of(const LinksOf& links) { return {&links.field, links.way}; }

Node of_row(const LinksOf& links) {
  return make_condition({{}, &near_key(step_of(links))}, Lookup::exact, {links.id});
}

Node to_rows(const LinksOf& links, std::span<const std::int64_t> ids) {
  return make_condition({{}, &far_key(step_of(links))}, Lookup::in,
                        std::vector<Value>(ids.begin(), ids.end()));
}

}  // namespace

std::vector<std::int64_t> linked_ids(Session& session, const LinksOf& links) {
  Select query;
  query.model = links.field.through;
  query.columns = {{{{}, &far_key(step_of(links))}, {}}};
  query.where = of_row(links);
  query.order = {{{{{}, &query.model->id()}, {}}}};
  std::vector<std::int64_t> ids;
  session.select(query, [&](std::span<Value> cells) { ids.push_back(as_integer(cells[0])); });
  return ids;
}

void add_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids) {
  session.transact_with([&](Session& inside) {
    auto known = linked_ids(inside, links);
    Insert insert{links.field.through, {&near_key(step_of(links)), &far_key(step_of(links))}, {}};
    for (std::int64_t id : ids) {
      if (std::ranges::count(known, id) > 0) continue;
      known.push_back(id);
      insert.rows.push_back({links.id, id});
    }
    if (!insert.rows.empty()) inside.insert(insert);
  });
}

void remove_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids) {
  if (ids.empty()) return;
  session.erase({links.field.through, both(of_row(links), to_rows(links, ids))});
}

void set_links(Session& session, const LinksOf& links, std::span<const std::int64_t> ids) {
  session.transact_with([&](Session& inside) {
    std::vector<std::int64_t> gone;
    for (std::int64_t id : linked_ids(inside, links)) {
      if (std::ranges::count(ids, id) == 0) gone.push_back(id);
    }
    remove_links(inside, links, gone);
    add_links(inside, links, ids);
  });
}

void clear_links(Session& session, const LinksOf& links) {
  session.erase({links.field.through, of_row(links)});
}

std::vector<std::pair<std::int64_t, std::int64_t>> links_of_rows(
    Session& session, const FieldInfo& field, std::span<const std::int64_t> ids) {
  Step step{&field, Way::forward};
  Select query;
  query.model = field.through;
  query.columns = {{{{}, &near_key(step)}, {}}, {{{}, &far_key(step)}, {}}};
  query.where =
      make_condition({{}, &near_key(step)}, Lookup::in, std::vector<Value>(ids.begin(), ids.end()));
  query.order = {{{{{}, &query.model->id()}, {}}}};
  std::vector<std::pair<std::int64_t, std::int64_t>> links;
  session.select(query, [&](std::span<Value> cells) {
    links.emplace_back(as_integer(cells[0]), as_integer(cells[1]));
  });
  return links;
}

Select linked_rows(const LinksOf& links) {
  Step back{&links.field, links.way == Way::forward ? Way::backward : Way::forward};
  Select query;
  query.model = &back.from();
  query.where = make_condition(path_to({back}), Lookup::exact, {links.id});
  return query;
}

}  // namespace tt::orm::detail
