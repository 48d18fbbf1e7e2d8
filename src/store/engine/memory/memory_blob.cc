#include <map>
#include <mutex>

#include "base/error.h"
#include "store/blob_name.h"
#include "store/engine/memory/memory_kv.h"

namespace tt::store {
namespace {

using Bytes = std::shared_ptr<const std::string>;

// The blobs by name; shared by the writers, who may outlive the Blob that made them.
struct Table {
  std::mutex mutex;
  std::map<std::string, Bytes, std::less<>> blobs;
};

class MemoryReader final : public BlobReader {
 public:
  explicit MemoryReader(Bytes bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size_bytes() const override { return bytes_->size(); }

  Task<std::string> read(std::uint64_t offset, std::size_t count) override {
    if (offset >= bytes_->size()) co_return std::string();
    co_return bytes_->substr(offset, count);
  }

 private:
  Bytes bytes_;
};

class MemoryWriter final : public BlobWriter {
 public:
  MemoryWriter(std::shared_ptr<Table> table, std::string_view name)
      : table_(std::move(table)), name_(name) {}

  Task<> write(std::string_view bytes) override {
    bytes_.append(bytes);
    co_return;
  }

  Task<> commit() override {
    auto bytes = std::make_shared<const std::string>(std::move(bytes_));
    std::lock_guard lock(table_->mutex);
    table_->blobs.insert_or_assign(std::move(name_), std::move(bytes));
    co_return;
  }

 private:
  std::shared_ptr<Table> table_;
  std::string name_;
  std::string bytes_;
};

class MemoryBlob final : public Blob {
 public:
  Task<std::unique_ptr<BlobWriter>> create(std::string_view name) override {
    check_blob_name(name);
    co_return std::make_unique<MemoryWriter>(table_, name);
  }

  Task<std::unique_ptr<BlobReader>> open(std::string_view name) override {
    std::lock_guard lock(table_->mutex);
    auto found = table_->blobs.find(name);
    if (found == table_->blobs.end()) co_return nullptr;
    co_return std::make_unique<MemoryReader>(found->second);
  }

  Task<bool> remove(std::string_view name) override {
    std::lock_guard lock(table_->mutex);
    auto found = table_->blobs.find(name);
    if (found == table_->blobs.end()) co_return false;
    table_->blobs.erase(found);
    co_return true;
  }

 private:
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
};

}  // namespace

std::unique_ptr<Blob> make_memory_blob() { return std::make_unique<MemoryBlob>(); }

}  // namespace tt::store
