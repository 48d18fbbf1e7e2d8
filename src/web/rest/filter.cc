#include "web/rest/filter.h"

#include <algorithm>

#include "web/rest/api_error.h"
#include "web/rest/python_text.h"
#include "web/rest/request.h"
#include "web/rest/site.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t search_bytes_max = 1000;

orm::Records by_fields(const FilterFields& fields, const ApiRequest& request, orm::Records rows) {
  for (const std::string& key : fields.filter) {
    const std::string* text = request.query().find(key);
    if (text == nullptr || text->empty()) continue;
    try {
      rows = rows.filter(key, *text);
    } catch (const Error& error) {
      if (error.code() != Code::invalid) throw;
      throw ValidationError(key, "Enter a valid value.");
    }
  }
  return rows;
}

orm::Records by_words(const FilterFields& fields, const ApiRequest& request, orm::Records rows) {
  const std::string* text = request.query().find(request.site().settings().search_parameter);
  if (fields.search.empty() || text == nullptr || text->size() > search_bytes_max) return rows;
  std::string words = *text;
  std::ranges::replace(words, ',', ' ');
  std::ranges::replace(words, '\0', ' ');
  return stripped(words).empty() ? rows : rows.search(fields.search, words);
}

// The keys of "-name, id" that may be used.
std::vector<std::string> allowed_keys(const FilterFields& fields, std::string_view text) {
  std::vector<std::string> keys;
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t comma = std::min(text.find(',', start), text.size());
    std::string_view key = stripped(text.substr(start, comma - start));
    std::string_view name = key.starts_with('-') ? key.substr(1) : key;
    bool is_allowed =
        std::ranges::find(fields.ordering_fields, name) != fields.ordering_fields.end();
    bool is_new = std::ranges::find(keys, key) == keys.end();
    if (is_allowed && is_new) keys.emplace_back(key);
    start = comma + 1;
  }
  return keys;
}

orm::Records in_order(const FilterFields& fields, const ApiRequest& request, orm::Records rows) {
  std::vector<std::string> keys;
  if (const std::string* text =
          request.query().find(request.site().settings().ordering_parameter)) {
    keys = allowed_keys(fields, *text);
  }
  if (keys.empty()) keys = fields.ordering;
  return keys.empty() ? rows : rows.order_by(keys);
}

}  // namespace

orm::Records filtered(const FilterFields& fields, const ApiRequest& request, orm::Records rows) {
  for (Filter filter : request.site().settings().filters) {
    switch (filter) {
      case Filter::fields: rows = by_fields(fields, request, std::move(rows)); break;
      case Filter::search: rows = by_words(fields, request, std::move(rows)); break;
      case Filter::ordering: rows = in_order(fields, request, std::move(rows)); break;
    }
  }
  return rows;
}

}  // namespace tt::web::rest
