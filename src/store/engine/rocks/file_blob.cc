#include "store/engine/rocks/file_blob.h"

#include <fmt/format.h>

#include <atomic>
#include <filesystem>

#include "base/bytes.h"
#include "base/error.h"
#include "base/random.h"
#include "rt/loop.h"
#include "store/blob_name.h"
#include "store/engine/rocks/blob_format.h"
#include "store/engine/rocks/file.h"

namespace tt::store {
namespace {

using namespace rocks;

constexpr std::size_t waste_batch_max = 1000;

std::string name_key(std::string_view name) { return fmt::format("{}{}", name_prefix, name); }
std::string waste_key(std::string_view file) { return fmt::format("{}{}", waste_prefix, file); }

// What the Blob, its writers and readers share.
struct Folder {
  std::string path;
  Kv& kv;
  rt::OffloadPool& pool;
  std::atomic<int> holds{0};  // BlobFiles that live: nothing is removed

  std::string path_of(std::string_view file) const { return fmt::format("{}/{}", path, file); }
};

Place place_of(const Value& value, std::string_view name) {
  auto place = decode_place(value.bytes);
  if (place) return std::move(*place);
  throw Error(Code::corrupt,
              fmt::format("the blob \"{}\" is damaged: {}", name, place.error().message));
}

// The note that the file which `place` names is waste; nothing if the blob is in the Kv.
void add_waste(Batch& batch, const Place& place) {
  if (const auto* file = std::get_if<FilePlace>(&place)) batch.put(waste_key(file->file), "");
}

// Removes the file of `place`, of which the Kv says that it is waste.
Task<> remove_waste(const Folder& folder, const Place& place) {
  const auto* file = std::get_if<FilePlace>(&place);
  // What is held goes with the next start, which reads the note.
  if (!file || folder.holds > 0) co_return;
  auto remove = [&] { remove_file(folder.path_of(file->file)); };
  co_await rt::offload(folder.pool, remove);
  Batch batch;
  batch.erase(waste_key(file->file));
  co_await folder.kv.commit(std::move(batch));
}

// --- reading --------------------------------------------------------------------------------

class InlineReader final : public BlobReader {
 public:
  explicit InlineReader(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size_bytes() const override { return bytes_.size(); }

  Task<std::string> read(std::uint64_t offset, std::size_t count) override {
    if (offset >= bytes_.size()) co_return std::string();
    co_return bytes_.substr(offset, count);
  }

 private:
  std::string bytes_;
};

class FileReader final : public BlobReader {
 public:
  FileReader(File file, std::uint64_t size_bytes, std::string path, rt::OffloadPool& pool)
      : file_(std::move(file)), size_bytes_(size_bytes), path_(std::move(path)), pool_(pool) {}

  std::uint64_t size_bytes() const override { return size_bytes_; }

  Task<std::string> read(std::uint64_t offset, std::size_t count) override {
    if (offset >= size_bytes_ || count == 0) co_return std::string();
    std::size_t available = std::min<std::uint64_t>(count, size_bytes_ - offset);
    auto work = [&] { return read_checked(offset, available); };
    co_return co_await rt::offload(pool_, work);
  }

 private:
  // Reads whole chunks, because a crc is that of a chunk.
  std::string read_checked(std::uint64_t offset, std::size_t count) const {
    std::uint64_t first = offset / chunk_bytes;
    std::uint64_t last = (offset + count - 1) / chunk_bytes;
    std::uint64_t begin = first * chunk_bytes;
    std::uint64_t end = std::min<std::uint64_t>((last + 1) * chunk_bytes, size_bytes_);
    std::string chunks = file_.read_at(begin, end - begin);
    std::string crcs =
        file_.read_at(size_bytes_ + first * crc_bytes, (last - first + 1) * crc_bytes);
    for (std::uint64_t i = first; i <= last; ++i) {
      std::size_t place = (i - first) * chunk_bytes;
      std::string crc = crcs.substr(std::min(crcs.size(), (i - first) * crc_bytes), crc_bytes);
      std::string_view rest = std::string_view(chunks).substr(std::min(chunks.size(), place));
      if (crc == encode_crc(rest.substr(0, chunk_bytes))) continue;
      throw Error(Code::corrupt, fmt::format("{} is damaged: the bytes from {} on are not the ones "
                                             "that were written",
                                             path_, i * chunk_bytes));
    }
    chunks.erase(0, offset - begin);
    chunks.resize(count);
    return chunks;
  }

  File file_;
  std::uint64_t size_bytes_;
  std::string path_;
  rt::OffloadPool& pool_;
};

// --- writing --------------------------------------------------------------------------------

class FileBlobWriter final : public BlobWriter {
 public:
  FileBlobWriter(const Folder& folder, std::string_view name) : folder_(folder), name_(name) {}

  ~FileBlobWriter() override {
    if (file_ && !is_committed_) remove_abandoned();
  }

  Task<> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      // A full chunk is written when more follows: it may be the whole of a small blob.
      if (chunk_.size() == chunk_bytes) co_await write_chunk();
      std::size_t count = std::min(bytes.size(), chunk_bytes - chunk_.size());
      chunk_.append(bytes.substr(0, count));
      bytes.remove_prefix(count);
      size_bytes_ += count;
    }
  }

  Task<> commit() override {
    Place place;
    if (file_) {
      if (!chunk_.empty()) co_await write_chunk();
      co_await finish_file();
      place = FilePlace{.size_bytes = size_bytes_, .file = file_name_};
    } else {
      place = std::move(chunk_);
    }
    co_await give_name(place);
  }

 private:
  Task<> write_chunk() {
    if (!file_) co_await create_file();
    auto work = [&] { file_->append(chunk_); };
    co_await rt::offload(folder_.pool, work);
    crcs_ += encode_crc(chunk_);
    chunk_.clear();
  }

  Task<> create_file() {
    file_name_ = to_hex(random_bytes(16));
    Batch batch;
    batch.put(waste_key(file_name_), "");
    co_await folder_.kv.commit(std::move(batch));
    auto work = [&] { file_ = std::make_unique<File>(File::create(folder_.path_of(file_name_))); };
    co_await rt::offload(folder_.pool, work);
  }

  Task<> finish_file() {
    auto work = [&] {
      file_->append(crcs_);
      file_->sync();
      sync_folder(folder_.path);
    };
    co_await rt::offload(folder_.pool, work);
  }

  // Puts `place` under the name, whatever is there now.
  Task<> give_name(const Place& place) {
    std::optional<Place> replaced;
    while (!is_committed_) {
      std::string key = name_key(name_);
      auto old = co_await folder_.kv.find(key);
      replaced = old ? std::optional(place_of(*old, name_)) : std::nullopt;
      Batch batch;
      batch.put(key, encode_place(place));
      if (file_) batch.erase(waste_key(file_name_));
      if (replaced) add_waste(batch, *replaced);
      std::vector<Expectation> unchanged(1);
      unchanged[0].key = key;
      if (old) unchanged[0].version = old->version;
      auto outcome = co_await folder_.kv.commit(std::move(batch), std::move(unchanged));
      is_committed_ = outcome == Outcome::committed;
    }
    if (replaced) co_await remove_waste(folder_, *replaced);
  }

  // The note of the file stays: the next start looks for it once more.
  void remove_abandoned() {
    std::string path = folder_.path_of(file_name_);
    folder_.pool.submit([path = std::move(path)] { remove_quietly(path); });
  }

  const Folder& folder_;
  std::string name_;
  std::string chunk_;  // the bytes that were not written to the file
  std::uint64_t size_bytes_ = 0;
  std::string file_name_;
  std::unique_ptr<File> file_;  // nullptr while the blob is small
  std::string crcs_;
  bool is_committed_ = false;
};

// --- copying --------------------------------------------------------------------------------

class HeldFiles final : public BlobFiles {
 public:
  explicit HeldFiles(Folder& folder) : folder_(folder) { ++folder_.holds; }
  ~HeldFiles() override { --folder_.holds; }
  HeldFiles(const HeldFiles&) = delete;
  HeldFiles& operator=(const HeldFiles&) = delete;

  Task<> link_to(std::string path) override {
    auto work = [&] { link_all(path); };
    co_await rt::offload(folder_.pool, work);
  }

 private:
  void link_all(const std::string& path) const {
    make_folder(path);
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path, failure)) {
      std::filesystem::create_hard_link(
          entry.path(), std::filesystem::path(path) / entry.path().filename(), failure);
      // One that was being written and was given up just now.
      if (failure == std::errc::no_such_file_or_directory) failure.clear();
      if (failure) break;
    }
    if (!failure) return;
    throw Error(Code::unavailable, fmt::format("the files of {} cannot be linked into {}: {}",
                                               folder_.path, path, failure.message()));
  }

  Folder& folder_;
};

// --- all blobs ------------------------------------------------------------------------------

class FileBlob final : public Blob {
 public:
  FileBlob(std::string path, Kv& kv, rt::OffloadPool& pool)
      : folder_{.path = std::move(path), .kv = kv, .pool = pool, .holds = 0} {}

  Task<std::unique_ptr<BlobWriter>> create(std::string_view name) override {
    check_blob_name(name);
    co_return std::make_unique<FileBlobWriter>(folder_, name);
  }

  Task<std::unique_ptr<BlobReader>> open(std::string_view name) override {
    std::string key = name_key(name);
    Version missing = 0;  // whose file was not there
    while (true) {
      auto value = co_await folder_.kv.find(key);
      if (!value) co_return nullptr;
      Place place = place_of(*value, name);
      if (auto* bytes = std::get_if<std::string>(&place)) {
        co_return std::make_unique<InlineReader>(std::move(*bytes));
      }
      const auto& file = std::get<FilePlace>(place);
      auto work = [&] { return open_file(file); };
      auto reader = co_await rt::offload(folder_.pool, work);
      if (reader) co_return reader;
      // It was replaced or removed just now, unless the same file is still to be there.
      if (value->version == missing) throw file_is_missing(name, file);
      missing = value->version;
    }
  }

  Task<bool> remove(std::string_view name) override {
    std::string key = name_key(name);
    while (true) {
      auto value = co_await folder_.kv.find(key);
      if (!value) co_return false;
      Place place = place_of(*value, name);
      Batch batch;
      batch.erase(key);
      add_waste(batch, place);
      std::vector<Expectation> unchanged(1);
      unchanged[0].key = key;
      unchanged[0].version = value->version;
      auto outcome = co_await folder_.kv.commit(std::move(batch), std::move(unchanged));
      if (outcome == Outcome::conflict) continue;
      co_await remove_waste(folder_, place);
      co_return true;
    }
  }

  std::unique_ptr<BlobFiles> hold_files() override { return std::make_unique<HeldFiles>(folder_); }

  // Removes the files that are noted as waste.
  Task<> clean() {
    while (true) {
      Range all = prefix_range(waste_prefix);
      auto notes = co_await folder_.kv.scan(all, waste_batch_max);
      if (notes.empty()) co_return;
      Batch batch;
      for (const auto& note : notes) {
        remove_file(folder_.path_of(note.key.substr(waste_prefix.size())));
        batch.erase(note.key);
      }
      co_await folder_.kv.commit(std::move(batch));
    }
  }

 private:
  // nullptr if the file is not there.
  std::unique_ptr<BlobReader> open_file(const FilePlace& place) {
    std::string path = folder_.path_of(place.file);
    auto file = File::find(path);
    if (!file) return nullptr;
    return std::make_unique<FileReader>(std::move(*file), place.size_bytes, path, folder_.pool);
  }

  Error file_is_missing(std::string_view name, const FilePlace& place) const {
    return Error(Code::corrupt, fmt::format("the blob \"{}\" is damaged: its file {} is missing",
                                            name, folder_.path_of(place.file)));
  }

  Folder folder_;
};

}  // namespace

std::unique_ptr<Blob> open_file_blob(const std::string& path, Kv& kv, rt::OffloadPool& pool) {
  make_folder(path);
  auto blobs = std::make_unique<FileBlob>(path, kv, pool);
  rt::run_alone(blobs->clean());
  return blobs;
}

}  // namespace tt::store
