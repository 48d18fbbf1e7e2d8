#include "audit/entry_json.h"
#include "audit/keys.h"
#include "base/error.h"
#include "base/log.h"

namespace tt::audit {
namespace {

constexpr std::size_t entries_per_scan = 256;
constexpr std::size_t detail_bytes_max = 2'000;
constexpr std::size_t object_bytes_max = 500;  // it is a part of keys

// What is kept of a text that somebody else chose: not more than fits on a page.
std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

class KvAudit final : public Audit {
 public:
  KvAudit(store::Kv& kv, const Clock& clock, const Limits& limits)
      : kv_(kv), clock_(clock), limits_(limits) {}

  Task<> record(const identity::Caller& caller, Event event) override {
    event.detail = shortened(std::move(event.detail), detail_bytes_max);
    event.object = shortened(std::move(event.object), object_bytes_max);
    Entry entry{.id = {},
                .at = clock_.now(),
                .account = caller.account,
                .actor = caller.name,
                .address = caller.origin.address,
                .event = std::move(event)};
    auto outcome = store::Outcome::conflict;
    while (outcome == store::Outcome::conflict) {
      entry.id = id_of(next_number());
      auto batch = batch_of(entry);
      std::vector<store::Expectation> is_new = {{entry_key(entry.id), std::nullopt}};
      outcome = co_await kv_.commit(std::move(batch), std::move(is_new));
    }
  }

  Task<std::vector<Entry>> entries(Filter filter) override {
    std::vector<Entry> found;
    auto range = range_of(filter);
    while (found.size() < filter.limit) {
      auto keys = co_await kv_.scan(range, entries_per_scan, store::Order::descending);
      for (const auto& key : keys) {
        if (found.size() == filter.limit) break;
        auto entry = co_await load(key);
        if (entry && matches(filter, *entry)) found.push_back(std::move(*entry));
      }
      if (keys.size() < entries_per_scan) break;
      range.end = keys.back().key;
    }
    co_return found;
  }

  Task<> expire() override {
    auto oldest = clock_.now() - limits_.audit_retention;
    store::Range old{entry_key(""), entry_key(id_of(std::max<std::int64_t>(0, to_us(oldest))))};
    while (true) {
      auto entries = co_await kv_.scan(old, entries_per_scan);
      store::Batch batch;
      for (const auto& stored : entries) {
        auto id = stored.key.substr(stored.key.size() - id_bytes);
        auto entry = entry_from_json(std::move(id), stored.value.bytes);
        if (!entry) {
          batch.erase(stored.key);
          continue;
        }
        for (auto& key : keys_of(*entry)) batch.erase(std::move(key));
      }
      if (!batch.empty()) co_await kv_.commit(std::move(batch));
      if (entries.size() < entries_per_scan) co_return;
    }
  }

 private:
  // Never the same twice in this run, so that most records need one commit.
  std::int64_t next_number() {
    auto now = std::max<std::int64_t>(0, to_us(clock_.now()));
    auto last = last_number_.load();
    auto next = now;
    do {
      next = std::max(now, last + 1);
    } while (!last_number_.compare_exchange_weak(last, next));
    return next;
  }

  static store::Batch batch_of(const Entry& entry) {
    store::Batch batch;
    auto keys = keys_of(entry);
    for (std::size_t i = 1; i < keys.size(); ++i) batch.put(std::move(keys[i]), {});
    batch.put(std::move(keys.front()), to_json(entry));
    return batch;
  }

  static store::Range range_of(const Filter& filter) {
    auto prefix = lookup_of(filter).prefix;
    auto range = store::prefix_range(prefix);
    if (filter.before.empty()) return range;
    if (!number_of(filter.before)) {
      throw Error(Code::invalid, fmt::format("before: '{}' is no entry's id", filter.before));
    }
    range.end = prefix + filter.before;
    return range;
  }

  // `key` is an entry or of an index; nullopt if the entry has gone since.
  Task<std::optional<Entry>> load(const store::Entry& key) {
    auto id = key.key.substr(key.key.size() - id_bytes);
    std::optional<store::Value> value;
    if (key.value.bytes.empty()) {
      auto place = entry_key(id);
      value = co_await kv_.find(place);
      if (!value) co_return std::nullopt;
    } else {
      value = key.value;
    }
    auto entry = entry_from_json(id, value->bytes);
    if (!entry) {
      throw Error(Code::corrupt,
                  fmt::format("the audit entry {} is damaged: {}", id, entry.error().message));
    }
    co_return std::move(*entry);
  }

  store::Kv& kv_;
  const Clock& clock_;
  const Limits& limits_;
  std::atomic<std::int64_t> last_number_{0};
};

}  // namespace

std::unique_ptr<Audit> make_audit(store::Kv& kv, const Clock& clock, const Limits& limits) {
  return std::make_unique<KvAudit>(kv, clock, limits);
}

}  // namespace tt::audit
