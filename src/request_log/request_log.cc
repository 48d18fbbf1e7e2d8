#include "request_log/request_log.h"

#include <array>
#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

namespace tt::request_log {
namespace {

using registry::FeedId;

// Each with its part of the bytes, so that loops seldom wait for each other; few, so that the part
// holds a feed whose bodies are all long.
constexpr std::size_t shard_count = 8;

std::size_t bytes_of(const Headers& headers) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : headers) {
    bytes += sizeof(Headers::value_type) + name.size() + value.size();
  }
  return bytes;
}

std::size_t bytes_of(const Exchange& exchange) {
  return sizeof(Exchange) + exchange.protocol.size() + exchange.method.size() +
         exchange.target.size() + exchange.key_label.size() + exchange.address.size() +
         bytes_of(exchange.request_headers) + exchange.request_body.size() +
         bytes_of(exchange.response_headers) + exchange.response_body.size();
}

// Cut at a character's start, so that a text stays one.
void cut(std::string& body, std::size_t bytes_max) {
  if (body.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(body[end]) & 0xc0) == 0x80) --end;
  body.resize(end);
  body.shrink_to_fit();
}

// The exchanges of one feed, the oldest first.
struct Ring {
  std::deque<ExchangePtr> exchanges;
  std::list<FeedId>::iterator position;  // in Shard::by_use
};

class Shard {
 public:
  void limit(std::size_t exchanges_max, std::size_t bytes_max) {
    exchanges_max_ = std::max<std::size_t>(exchanges_max, 1);
    bytes_max_ = bytes_max;
  }

  void add(FeedId feed, Exchange exchange, std::atomic<std::uint64_t>& numbers) {
    auto added = std::make_shared<Exchange>(std::move(exchange));
    Gone gone;  // freed after the lock
    std::lock_guard lock(mutex_);
    added->number = numbers.fetch_add(1, std::memory_order_relaxed) + 1;
    auto& ring = ring_of(feed);
    bytes_ += bytes_of(*added);
    ring.exchanges.push_back(added);
    if (ring.exchanges.size() > exchanges_max_) drop_oldest(ring, gone);
    make_room(gone);
    auto [first, last] = watchers_.equal_range(feed);
    for (auto watcher = first; watcher != last; ++watcher) watcher->second.listener(added);
  }

  std::vector<ExchangePtr> recent(FeedId feed, std::size_t limit) const {
    std::lock_guard lock(mutex_);
    auto ring = rings_.find(feed);
    if (ring == rings_.end()) return {};
    const auto& exchanges = ring->second.exchanges;
    auto count = static_cast<std::ptrdiff_t>(std::min(limit, exchanges.size()));
    return {exchanges.rbegin(), exchanges.rbegin() + count};
  }

  ExchangePtr find(FeedId feed, std::uint64_t number) const {
    std::lock_guard lock(mutex_);
    auto ring = rings_.find(feed);
    if (ring == rings_.end()) return nullptr;
    const auto& exchanges = ring->second.exchanges;
    auto found = std::ranges::lower_bound(exchanges, number, {},
                                          [](const auto& exchange) { return exchange->number; });
    return found != exchanges.end() && (*found)->number == number ? *found : nullptr;
  }

  void watch(FeedId feed, RequestLog::WatchId id, RequestLog::Listener listener) {
    std::lock_guard lock(mutex_);
    watchers_.emplace(feed, Watcher{id, std::move(listener)});
  }

  void unwatch(FeedId feed, RequestLog::WatchId id) {
    std::lock_guard lock(mutex_);
    auto [first, last] = watchers_.equal_range(feed);
    auto found =
        std::find_if(first, last, [&](const auto& entry) { return entry.second.id == id; });
    if (found != last) watchers_.erase(found);
  }

 private:
  struct Watcher {
    RequestLog::WatchId id;
    RequestLog::Listener listener;
  };
  using Gone = std::vector<ExchangePtr>;

  // Of the feed, now the last one used.
  Ring& ring_of(FeedId feed) {
    auto [found, is_new] = rings_.try_emplace(feed);
    auto& ring = found->second;
    if (is_new) {
      ring.position = by_use_.insert(by_use_.end(), feed);
    } else {
      by_use_.splice(by_use_.end(), by_use_, ring.position);
    }
    return ring;
  }

  void drop_oldest(Ring& ring, Gone& gone) {
    bytes_ -= bytes_of(*ring.exchanges.front());
    gone.push_back(std::move(ring.exchanges.front()));
    ring.exchanges.pop_front();
  }

  // Feeds that were not used for long go first; the last one loses its oldest exchanges.
  void make_room(Gone& gone) {
    while (bytes_ > bytes_max_ && by_use_.size() > 1) {
      auto oldest = rings_.find(by_use_.front());
      while (!oldest->second.exchanges.empty()) drop_oldest(oldest->second, gone);
      rings_.erase(oldest);
      by_use_.pop_front();
    }
    auto& last = rings_.find(by_use_.back())->second;
    while (bytes_ > bytes_max_ && last.exchanges.size() > 1) drop_oldest(last, gone);
  }

  mutable std::mutex mutex_;
  std::size_t exchanges_max_ = 1, bytes_max_ = 0;
  std::size_t bytes_ = 0;
  std::unordered_map<FeedId, Ring> rings_;
  std::list<FeedId> by_use_;  // the longest unused first
  std::multimap<FeedId, Watcher> watchers_;
};

}  // namespace

struct RequestLog::Impl {
  explicit Impl(const Limits& limits) : body_bytes_max(limits.logged_body_bytes_max) {
    for (auto& shard : shards) {
      shard.limit(limits.logged_requests_per_feed_max,
                  limits.logged_request_bytes_max / shard_count);
    }
  }

  Shard& shard_of(FeedId feed) { return shards[static_cast<std::uint64_t>(feed) % shard_count]; }

  std::size_t body_bytes_max;
  std::atomic<std::uint64_t> numbers{0};
  std::atomic<WatchId> watch_ids{0};
  std::array<Shard, shard_count> shards;
};

RequestLog::RequestLog(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestLog::~RequestLog() = default;

void RequestLog::add(FeedId feed, Exchange exchange) {
  exchange.request_body_bytes = std::max(exchange.request_body_bytes, exchange.request_body.size());
  exchange.response_body_bytes =
      std::max(exchange.response_body_bytes, exchange.response_body.size());
  cut(exchange.request_body, impl_->body_bytes_max);
  cut(exchange.response_body, impl_->body_bytes_max);
  impl_->shard_of(feed).add(feed, std::move(exchange), impl_->numbers);
}

std::vector<ExchangePtr> RequestLog::recent(FeedId feed, std::size_t limit) const {
  return impl_->shard_of(feed).recent(feed, limit);
}

ExchangePtr RequestLog::find(FeedId feed, std::uint64_t number) const {
  return impl_->shard_of(feed).find(feed, number);
}

RequestLog::WatchId RequestLog::watch(FeedId feed, Listener listener) {
  auto id = impl_->watch_ids.fetch_add(1, std::memory_order_relaxed) + 1;
  impl_->shard_of(feed).watch(feed, id, std::move(listener));
  return id;
}

void RequestLog::unwatch(FeedId feed, WatchId id) { impl_->shard_of(feed).unwatch(feed, id); }

}  // namespace tt::request_log
