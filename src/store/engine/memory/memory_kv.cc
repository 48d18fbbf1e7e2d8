#include "store/engine/memory/memory_kv.h"

#include <map>
#include <mutex>

#include "base/error.h"

namespace tt::store {
namespace {

struct Stored {
  std::shared_ptr<const std::string> bytes;  // shared by all copies of the table
  Version version = 0;
};

using Table = std::map<std::string, Stored, std::less<>>;

class MemorySnapshot final : public Snapshot {
 public:
  explicit MemorySnapshot(std::shared_ptr<const Table> table) : table_(std::move(table)) {}
  const Table& table() const { return *table_; }

 private:
  std::shared_ptr<const Table> table_;
};

// The entries of `range` lie in [first, last).
template <class Map>
auto bounds(Map& table, const Range& range) {
  auto first = table.lower_bound(range.begin);
  auto last = range.end.empty() ? table.end() : table.lower_bound(range.end);
  if (!range.end.empty() && range.end <= range.begin) last = first;
  return std::pair(first, last);
}

template <class Iterator>
std::vector<Entry> take(Iterator first, Iterator last, std::size_t limit) {
  std::vector<Entry> entries;
  for (; first != last && entries.size() < limit; ++first) {
    const auto& [key, stored] = *first;
    entries.push_back({.key = key, .value = {.bytes = *stored.bytes, .version = stored.version}});
  }
  return entries;
}

class MemoryKv final : public Kv {
 public:
  Task<std::optional<Value>> find(std::string_view key) override {
    std::lock_guard lock(mutex_);
    auto found = table_->find(key);
    if (found == table_->end()) co_return std::nullopt;
    co_return Value{.bytes = *found->second.bytes, .version = found->second.version};
  }

  Task<Outcome> commit(Batch batch, std::vector<Expectation> expectations) override {
    checked_size_bytes(batch);
    std::lock_guard lock(mutex_);
    for (const auto& expectation : expectations) {
      if (!holds(expectation)) co_return Outcome::conflict;
    }
    Table& table = writable();
    for (auto& operation : batch.operations()) {
      std::visit([&](auto& each) { apply(table, each); }, operation);
    }
    co_return Outcome::committed;
  }

  Task<std::vector<Entry>> scan(Range range, std::size_t limit, Order order,
                                const Snapshot* snapshot) override {
    std::lock_guard lock(mutex_);
    const Table& table = snapshot ? static_cast<const MemorySnapshot*>(snapshot)->table() : *table_;
    auto [first, last] = bounds(table, range);
    if (order == Order::ascending) co_return take(first, last, limit);
    co_return take(std::reverse_iterator(last), std::reverse_iterator(first), limit);
  }

  std::unique_ptr<Snapshot> snapshot() override {
    std::lock_guard lock(mutex_);
    is_shared_ = true;
    return std::make_unique<MemorySnapshot>(table_);
  }

  Task<> compact(Range) override { co_return; }

 private:
  bool holds(const Expectation& expectation) const {
    auto found = table_->find(expectation.key);
    if (found == table_->end()) return !expectation.version;
    return expectation.version == found->second.version;
  }

  // The table to change, which no snapshot shows.
  Table& writable() {
    if (is_shared_) table_ = std::make_shared<Table>(*table_);
    is_shared_ = false;
    return *table_;
  }

  void apply(Table& table, Batch::Put& put) {
    auto bytes = std::make_shared<const std::string>(std::move(put.bytes));
    Stored stored{.bytes = std::move(bytes), .version = ++last_version_};
    table.insert_or_assign(std::move(put.key), std::move(stored));
  }
  void apply(Table& table, const Batch::Delete& erase) { table.erase(erase.key); }
  void apply(Table& table, const Batch::DeleteRange& erase) {
    auto [first, last] = bounds(table, erase.range);
    table.erase(first, last);
  }

  std::mutex mutex_;
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
  bool is_shared_ = false;  // a snapshot of table_ was taken: replace it instead of changing it
  Version last_version_ = 0;
};

}  // namespace

std::unique_ptr<Kv> make_memory_kv() { return std::make_unique<MemoryKv>(); }

}  // namespace tt::store
