#include <array>
#include <mutex>

#include "base/error.h"
#include "orm/orm.h"
#include "registry/change.h"
#include "registry/feed_cache.h"
#include "registry/rows.h"
#include "registry/search.h"

namespace tt::registry {
namespace {

[[noreturn]] void throw_no_feed(FeedId id) {
  throw Error(Code::not_found, fmt::format("there is no feed {}", id));
}

// Work on one feed that touches the cache or writes runs on the pool while it holds the feed's
// lock, so that the cache always holds what was committed last.
class SqlRegistry final : public Registry {
 public:
  SqlRegistry(orm::Database& database, rt::OffloadPool& pool, const Clock& clock,
              const Limits& limits)
      : database_(database),
        pool_(pool),
        clock_(clock),
        limits_(limits),
        cache_(limits.registry_cache_entries_max),
        index_(limits) {}

  void adopt(const Feed& feed) override {
    index_.matches.feeds_created();
    created(feed);
  }

  // Blocks.
  void load_heard() { index_.heard.load(database_); }

  FeedPtr find_cached(FeedId id) override { return cache_.find(id); }

  Task<FeedPtr> find(FeedId id) override {
    if (auto cached = cache_.find(id)) co_return cached;
    auto work = [&] { return load_now(id); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<FeedPtr> create(identity::AccountId owner, FeedChange change,
                       std::vector<ChannelChange> channels) override {
    Edit edit{.feed = change, .channels = channels, .at = clock_.now()};
    auto work = [&] { return create_now(owner, edit); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<std::vector<FeedPtr>> create_all(identity::AccountId owner,
                                        std::vector<NewFeed> feeds) override {
    auto work = [&] { return create_all_now(owner, feeds); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<FeedPtr> update(FeedId id, FeedChange change, std::vector<ChannelChange> channels,
                       Time at) override {
    auto before = co_await find(id);
    if (!before) throw_no_feed(id);
    Edit edit{.feed = change, .channels = channels, .at = at};
    if (changes_nothing(*before, edit)) co_return before;
    auto work = [&] { return update_now(id, edit); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<std::vector<ChannelId>> remove(FeedId id) override {
    auto work = [&] { return remove_now(id); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<std::optional<ChannelId>> remove_channel(FeedId id, std::string name) override {
    auto work = [&] { return remove_channel_now(id, name); };
    co_return co_await rt::offload(pool_, work);
  }

  Task<FeedPage> search(FeedQuery query) override {
    query.limit = std::min(query.limit, limits_.feeds_per_page_max);
    auto work = [&] { return search_now(query); };
    co_return co_await rt::offload(pool_, work);
  }

  void heard(FeedId id, Time at) noexcept override { index_.heard.put(id, at); }
  std::optional<Time> last_heard(FeedId id) const noexcept override {
    return index_.heard.find(id);
  }
  Task<> save_heard() override {
    auto work = [&] { index_.heard.save(database_); };
    co_await rt::offload(pool_, work);
  }

  Task<std::vector<FeedPtr>> feeds_with_retention(FeedId after, std::size_t limit) override {
    auto work = [&] { return load_snapshots(ids_with_retention(database_, after, limit)); };
    co_return co_await rt::offload(pool_, work);
  }

 private:
  std::mutex& lock_of(FeedId id) { return locks_[static_cast<std::uint64_t>(id) % locks_.size()]; }

  FeedPtr load_now(FeedId id);
  FeedPtr create_now(identity::AccountId owner, const Edit& edit);
  std::vector<FeedPtr> create_all_now(identity::AccountId owner, const std::vector<NewFeed>& feeds);
  FeedPtr update_now(FeedId id, const Edit& edit);
  void created(const Feed& feed);
  std::vector<ChannelId> remove_now(FeedId id);
  std::optional<ChannelId> remove_channel_now(FeedId id, std::string_view name);
  FeedPage search_now(const FeedQuery& query);
  std::vector<FeedPtr> load_snapshots(const std::vector<FeedId>& ids);

  orm::Database& database_;
  rt::OffloadPool& pool_;
  const Clock& clock_;
  const Limits& limits_;
  FeedCache cache_;
  SearchIndex index_;
  std::array<std::mutex, 64> locks_;
};

FeedPtr SqlRegistry::load_now(FeedId id) {
  std::lock_guard lock(lock_of(id));
  if (auto cached = cache_.find(id)) return cached;
  auto feed = load(database_, id);
  if (!feed) return nullptr;
  auto snapshot = std::make_shared<const Feed>(std::move(*feed));
  cache_.put(snapshot);
  return snapshot;
}

// What a search must know of a feed that has been committed.
void SqlRegistry::created(const Feed& feed) {
  index_.heard.put(feed.id, feed.updated);
  index_.places.put(feed);
}

FeedPtr SqlRegistry::create_now(identity::AccountId owner, const Edit& edit) {
  Feed empty;
  empty.owner = owner;
  empty.created = empty.updated = edit.at;
  Feed feed = apply(empty, edit, limits_);
  auto write = [&](orm::Session& session) { insert(session, feed); };
  database_.transact(write);
  index_.matches.feeds_created();
  created(feed);
  auto stored = load_now(feed.id);
  return stored ? stored : std::make_shared<const Feed>(std::move(feed));
}

std::vector<FeedPtr> SqlRegistry::create_all_now(identity::AccountId owner,
                                                 const std::vector<NewFeed>& wanted) {
  std::vector<Feed> feeds;
  feeds.reserve(wanted.size());
  Feed empty;
  empty.owner = owner;
  empty.created = empty.updated = clock_.now();
  std::string complaints;
  for (const auto& one : wanted) {
    Edit edit{.feed = one.change, .channels = one.channels, .at = empty.created};
    try {
      feeds.push_back(apply(empty, edit, limits_));
    } catch (const Error& e) {
      complaints = fmt::format("row {}: {}", feeds.size() + 1, e.what());
    }
    if (!complaints.empty()) throw Error(Code::unprocessable, complaints);
  }
  auto write = [&](orm::Session& session) {
    for (auto& feed : feeds) insert(session, feed);
  };
  database_.transact(write);
  index_.matches.feeds_created();
  std::vector<FeedPtr> created_feeds;
  for (auto& feed : feeds) {
    created(feed);
    created_feeds.push_back(std::make_shared<const Feed>(std::move(feed)));
  }
  return created_feeds;
}

FeedPtr SqlRegistry::update_now(FeedId id, const Edit& edit) {
  std::lock_guard lock(lock_of(id));
  bool is_found_otherwise = false;
  auto write = [&](orm::Session& session) {
    auto before = load(session, id);
    if (!before) throw_no_feed(id);
    Feed after = apply(*before, edit, limits_);
    if (after == *before) return after;
    after.updated = clock_.now();
    is_found_otherwise = store(session, *before, after);
    return after;
  };
  auto snapshot = std::make_shared<const Feed>(database_.transact(write));
  cache_.put(snapshot);
  if (is_found_otherwise) index_.matches.feed_changed(id);
  index_.places.put(*snapshot);
  index_.heard.put(id, snapshot->updated);
  return snapshot;
}

std::vector<ChannelId> SqlRegistry::remove_now(FeedId id) {
  std::lock_guard lock(lock_of(id));
  auto write = [&](orm::Session& session) { return erase(session, id); };
  auto channels = database_.transact(write);
  cache_.erase(id);
  if (!channels) throw_no_feed(id);
  index_.matches.feed_changed(id);
  index_.places.forget(id);
  index_.heard.forget(id);
  return std::move(*channels);
}

std::optional<ChannelId> SqlRegistry::remove_channel_now(FeedId id, std::string_view name) {
  std::lock_guard lock(lock_of(id));
  Time now = clock_.now();
  auto write = [&](orm::Session& session) { return erase_channel(session, id, name, now); };
  auto erased = database_.transact(write);
  if (!erased) return erased;
  cache_.erase(id);
  index_.matches.feed_changed(id);
  index_.heard.put(id, now);
  return erased;
}

// What only a list shows is not put into the cache: feeds in use would have to leave it.
std::vector<FeedPtr> SqlRegistry::load_snapshots(const std::vector<FeedId>& ids) {
  std::map<FeedId, FeedPtr> found;
  std::vector<FeedId> missing;
  for (auto id : ids) {
    auto cached = cache_.find(id);
    cached ? void(found[id] = std::move(cached)) : missing.push_back(id);
  }
  for (auto& feed : load_all(database_, missing)) {
    auto id = feed.id;
    found[id] = std::make_shared<const Feed>(std::move(feed));
  }
  std::vector<FeedPtr> feeds;
  for (auto id : ids) {
    if (auto feed = found.find(id); feed != found.end()) feeds.push_back(feed->second);
  }
  return feeds;
}

FeedPage SqlRegistry::search_now(const FeedQuery& query) {
  auto found = registry::search(database_, index_, query, clock_.now());
  return {.total = found.total, .feeds = load_snapshots(found.ids)};
}

}  // namespace

Task<std::unique_ptr<Registry>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, const Limits& limits) {
  auto work = [&] { migrate(database); };
  co_await rt::offload(pool, work);
  auto registry = std::make_unique<SqlRegistry>(database, pool, clock, limits);
  auto load = [&] { registry->load_heard(); };
  co_await rt::offload(pool, load);
  co_return registry;
}

}  // namespace tt::registry
