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
        cache_(limits.registry_cache_entries_max) {}

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

 private:
  std::mutex& lock_of(FeedId id) { return locks_[static_cast<std::uint64_t>(id) % locks_.size()]; }

  FeedPtr load_now(FeedId id);
  FeedPtr create_now(identity::AccountId owner, const Edit& edit);
  FeedPtr update_now(FeedId id, const Edit& edit);
  std::vector<ChannelId> remove_now(FeedId id);
  std::optional<ChannelId> remove_channel_now(FeedId id, std::string_view name);
  FeedPage search_now(const FeedQuery& query);

  orm::Database& database_;
  rt::OffloadPool& pool_;
  const Clock& clock_;
  const Limits& limits_;
  FeedCache cache_;
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

FeedPtr SqlRegistry::create_now(identity::AccountId owner, const Edit& edit) {
  Feed empty;
  empty.owner = owner;
  empty.created = empty.updated = edit.at;
  Feed feed = apply(empty, edit, limits_);
  auto write = [&](orm::Session& session) { insert(session, feed); };
  database_.transact(write);
  auto stored = load_now(feed.id);
  return stored ? stored : std::make_shared<const Feed>(std::move(feed));
}

FeedPtr SqlRegistry::update_now(FeedId id, const Edit& edit) {
  std::lock_guard lock(lock_of(id));
  auto write = [&](orm::Session& session) {
    auto before = load(session, id);
    if (!before) throw_no_feed(id);
    Feed after = apply(*before, edit, limits_);
    if (after == *before) return after;
    after.updated = clock_.now();
    store(session, *before, after);
    return after;
  };
  auto snapshot = std::make_shared<const Feed>(database_.transact(write));
  cache_.put(snapshot);
  return snapshot;
}

std::vector<ChannelId> SqlRegistry::remove_now(FeedId id) {
  std::lock_guard lock(lock_of(id));
  auto write = [&](orm::Session& session) { return erase(session, id); };
  auto channels = database_.transact(write);
  cache_.erase(id);
  if (!channels) throw_no_feed(id);
  return std::move(*channels);
}

std::optional<ChannelId> SqlRegistry::remove_channel_now(FeedId id, std::string_view name) {
  std::lock_guard lock(lock_of(id));
  Time now = clock_.now();
  auto write = [&](orm::Session& session) { return erase_channel(session, id, name, now); };
  auto erased = database_.transact(write);
  if (erased) cache_.erase(id);
  return erased;
}

FeedPage SqlRegistry::search_now(const FeedQuery& query) {
  auto found = registry::search(database_, query);
  FeedPage page{.total = found.total, .feeds = {}};
  for (FeedId id : found.ids) {
    if (auto feed = load_now(id)) page.feeds.push_back(std::move(feed));
  }
  return page;
}

}  // namespace

Task<std::unique_ptr<Registry>> open(orm::Database& database, rt::OffloadPool& pool,
                                     const Clock& clock, const Limits& limits) {
  auto work = [&] { migrate(database); };
  co_await rt::offload(pool, work);
  co_return std::make_unique<SqlRegistry>(database, pool, clock, limits);
}

}  // namespace tt::registry
