#include "web/rest/cursor.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "web/core/parameters.h"
#include "web/rest/api_error.h"
#include "web/rest/query_links.h"
#include "web/rest/request.h"

namespace tt::web::rest {
namespace {

constexpr std::size_t offset_max = 1000;

struct Cursor {
  std::size_t offset = 0;
  bool is_reverse = false;
  std::optional<std::string> position;
};

[[noreturn]] void refuse() { throw ApiError(404, "Invalid cursor"); }

std::optional<Cursor> read_cursor(const Pagination& pagination, const ApiRequest& request) {
  const std::string* encoded = request.query().find(pagination.cursor_parameter);
  if (encoded == nullptr) return std::nullopt;
  auto decoded = from_base64(*encoded);
  if (!decoded) refuse();
  Parameters tokens = parse_urlencoded(*decoded, 10);
  Cursor cursor;
  if (const std::string* offset = tokens.find("o")) {
    auto number = parse_number<decltype(cursor.offset)>(*offset);
    if (!number) refuse();
    cursor.offset = std::min(*number, offset_max);
  }
  cursor.is_reverse = tokens.get("r", "0") == "1";
  if (const std::string* position = tokens.find("p")) cursor.position = *position;
  return cursor;
}

std::string write_cursor(const Pagination& pagination, const ApiRequest& request,
                         const Cursor& cursor) {
  Parameters tokens;
  if (cursor.offset != 0) tokens.add("o", std::to_string(cursor.offset));
  if (cursor.is_reverse) tokens.add("r", "1");
  if (cursor.position) tokens.add("p", *cursor.position);
  return url_with(request.http(), pagination.cursor_parameter, to_base64(tokens.urlencode()));
}

// A page in one direction and the two links that follow from it.
class CursorPage {
 public:
  CursorPage(const Pagination& pagination, const ApiRequest& request, const orm::Records& rows)
      : pagination_(pagination), request_(request), rows_(rows) {
    auto cursor = read_cursor(pagination, request);
    has_cursor_ = cursor.has_value();
    if (cursor) cursor_ = *std::move(cursor);
    is_descending_ = pagination.ordering.starts_with('-');
    name_ = pagination.ordering.substr(is_descending_ ? 1 : 0);
    field_ = rows.model().find(name_);
    if (field_ == nullptr) {
      throw Error(Code::internal, "pagination: the model has no field '" + name_ + "' to order by");
    }
  }

  Page load() {
    std::vector<orm::Record> found = query().rows();
    bool has_following = found.size() > pagination_.page_size;
    std::optional<std::string> following;
    if (has_following) following = position(found.back());
    found.resize(std::min(found.size(), pagination_.page_size), orm::Record(rows_.model()));
    bool has_before = cursor_.position.has_value() || cursor_.offset > 0;
    if (cursor_.is_reverse) std::ranges::reverse(found);
    has_next_ = cursor_.is_reverse ? has_before : has_following;
    has_previous_ = cursor_.is_reverse ? has_following : has_before;
    next_position_ = cursor_.is_reverse ? cursor_.position : following;
    previous_position_ = cursor_.is_reverse ? following : cursor_.position;
    page_ = std::move(found);
    Page page{rows_, {}, {}, {}, {}, 0, 0};
    if (has_next_) page.next = next_link();
    if (has_previous_) page.previous = previous_link();
    page.loaded = std::move(page_);
    return page;
  }

 private:
  std::string position(const orm::Record& row) const {
    const orm::Value& value = row.get(*field_);
    if (const auto* time = std::get_if<Time>(&value)) return format_time(*time);
    return orm::display_text(value);
  }

  orm::Records query() const {
    bool descending = is_descending_ != cursor_.is_reverse;
    const std::string order[] = {(descending ? "-" : "") + name_};
    orm::Records rows = rows_.order_by(order);
    if (cursor_.position) {
      auto value = orm::value_from_text(*field_, *cursor_.position);
      if (!value) refuse();
      rows = rows.filter(name_ + (descending ? "__lt" : "__gt"), *value);
    }
    return rows.offset(cursor_.offset).limit(pagination_.page_size + 1);
  }

  std::string next_link() const {
    bool turns = has_cursor_ && cursor_.is_reverse && cursor_.offset != 0 && !page_.empty();
    auto compare = turns ? std::optional(position(page_.back())) : next_position_;
    Cursor cursor{0, false, next_position_};
    for (auto row = page_.rbegin(); row != page_.rend(); ++row) {
      std::string here = position(*row);
      if (here != compare) return link({cursor.offset, false, here});
      compare = here;
      ++cursor.offset;
    }
    if (page_.empty()) return link({0, false, next_position_});
    if (!has_previous_) return link({pagination_.page_size, false, std::nullopt});
    if (cursor_.is_reverse) return link({0, false, previous_position_});
    return link({cursor_.offset + pagination_.page_size, false, previous_position_});
  }

  std::string previous_link() const {
    bool turns = has_cursor_ && !cursor_.is_reverse && cursor_.offset != 0 && !page_.empty();
    auto compare = turns ? std::optional(position(page_.front())) : previous_position_;
    std::size_t offset = 0;
    for (const orm::Record& row : page_) {
      std::string here = position(row);
      if (here != compare) return link({offset, true, here});
      compare = here;
      ++offset;
    }
    if (page_.empty()) return link({0, true, previous_position_});
    if (!has_next_) return link({pagination_.page_size, true, std::nullopt});
    if (cursor_.is_reverse) {
      return link({cursor_.offset + pagination_.page_size, true, next_position_});
    }
    return link({0, true, next_position_});
  }

  std::string link(const Cursor& cursor) const {
    return write_cursor(pagination_, request_, cursor);
  }

  const Pagination& pagination_;
  const ApiRequest& request_;
  const orm::Records& rows_;
  bool has_cursor_ = false;
  Cursor cursor_;
  bool is_descending_ = false;
  std::string name_;
  const orm::FieldInfo* field_ = nullptr;
  std::vector<orm::Record> page_;
  bool has_next_ = false, has_previous_ = false;
  std::optional<std::string> next_position_, previous_position_;
};

}  // namespace

Page cursor_page(const Pagination& pagination, const ApiRequest& request,
                 const orm::Records& rows) {
  return CursorPage(pagination, request, rows).load();
}

}  // namespace tt::web::rest
