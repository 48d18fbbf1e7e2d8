#include "registry/search.h"

#include <algorithm>
#include <queue>

#include "registry/text.h"

namespace tt::registry {
namespace {

class Searching {
 public:
  Searching(orm::Session& session, SearchIndex& index, const FeedQuery& query, Time now)
      : session_(session), index_(index), query_(query), now_(now), words_(words_of(query.text)) {}

  FeedIds run() {
    if (!is_blank(query_.text) && words_.empty()) return {};
    choose_visible();
    for (const auto& word : words_) keep_only(word);
    if (!query_.tag.empty()) keep_only(has_tag(query_.tag));
    if (!query_.units.empty()) keep_only(has_unit(query_.units));
    if (!query_.owner_login.empty()) keep_owned();
    if (query_.status != FeedStatus::all) keep_status();
    if (query_.near) index_.places.keep_near(session_, *query_.near, found_);
    return {found_.size(), page()};
  }

 private:
  const IdSet& set_of(const Match& match) {
    kept_ = index_.matches.find(session_, match);
    return *kept_;
  }
  void keep_only(const Match& match) { found_.keep_only(set_of(match)); }

  void choose_visible() {
    found_ = set_of(is_public());
    if (query_.visible_to) found_.add_all(set_of(is_owned_by(*query_.visible_to)));
  }

  void keep_owned() {
    constexpr std::string_view sql = "SELECT id FROM identity_account WHERE login = ?";
    auto rows = session_.query(sql, {query_.owner_login});
    keep_only(is_owned_by(rows.empty() ? 0 : orm::as_integer(rows[0][0])));
  }

  void keep_status() {
    auto oldest = now_ - live_for;
    bool wants_live = query_.status == FeedStatus::live;
    found_.remove_if([&](FeedId id) {
      auto heard = index_.heard.find(id);
      return (heard && *heard >= oldest) != wants_live;
    });
  }

  std::vector<FeedId> page() {
    if (query_.offset >= found_.size()) return {};
    switch (query_.order) {
      case FeedOrder::created_at: return newest(found_, query_.offset);
      case FeedOrder::retrieved_at: return last_heard();
      case FeedOrder::relevance: return most_relevant();
    }
    return {};
  }

  std::vector<FeedId> newest(const IdSet& ids, std::size_t skipped) const {
    std::vector<FeedId> page;
    auto wanted = query_.limit;
    auto take = [&](FeedId id) {
      if (page.size() >= wanted) return false;
      skipped > 0 ? void(--skipped) : page.push_back(id);
      return true;
    };
    ids.descend(take);
    return page;
  }

  // Those before the end of the page are kept in a heap, the one to go first on top.
  std::vector<FeedId> last_heard() const {
    using Place = std::pair<Time, FeedId>;
    std::priority_queue<Place, std::vector<Place>, std::greater<>> best;
    auto wanted = std::min(found_.size(), query_.offset + query_.limit);
    auto take = [&](FeedId id) {
      Place place{index_.heard.find(id).value_or(Time()), id};
      if (best.size() == wanted && place <= best.top()) return true;
      best.push(place);
      if (best.size() > wanted) best.pop();
      return true;
    };
    found_.descend(take);
    std::vector<FeedId> page;
    while (best.size() > query_.offset) {
      page.push_back(best.top().second);
      best.pop();
    }
    std::ranges::reverse(page);
    return page;
  }

  std::vector<FeedId> most_relevant() {
    if (words_.empty()) return newest(found_, query_.offset);
    IdSet first = found_;
    for (const auto& word : words_) first.keep_only(set_of(in_title(word)));
    auto page = newest(first, query_.offset);
    if (page.size() == query_.limit) return page;
    IdSet rest = found_;
    rest.remove_if([&](FeedId id) { return first.contains(id); });
    auto skipped = query_.offset > first.size() ? query_.offset - first.size() : 0;
    for (auto id : newest(rest, skipped)) {
      if (page.size() == query_.limit) break;
      page.push_back(id);
    }
    return page;
  }

  orm::Session& session_;
  SearchIndex& index_;
  const FeedQuery& query_;
  Time now_;
  std::vector<Match> words_;
  std::shared_ptr<const IdSet> kept_;
  IdSet found_;
};

}  // namespace

FeedIds search(orm::Session& session, SearchIndex& index, const FeedQuery& query, Time now) {
  return Searching(session, index, query, now).run();
}

}  // namespace tt::registry
