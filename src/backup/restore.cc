#include "backup/restore.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "backup/manifest.h"
#include "backup/tar_reader.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"

namespace tt::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t manifest_bytes_max = 256 * 1024 * 1024;

std::string partial_folder(const std::string& folder) { return folder + "/restore.partial"; }

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw Error(Code::unavailable, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

// A file being made; its bytes are on the disk when close() returns.
class Output {
 public:
  explicit Output(std::string path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor_ < 0) fail("make", path_);
  }
  ~Output() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void close() {
    if (::fsync(descriptor_) != 0) fail("write", path_);
    ::close(std::exchange(descriptor_, -1));
  }

 private:
  std::string path_;
  int descriptor_ = -1;
};

void sync_folder(const std::string& path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("read", path);
  int result = ::fsync(descriptor);
  ::close(descriptor);
  if (result != 0) fail("write", path);
}

class Restorer {
 public:
  Restorer(int descriptor, const std::string& name, const std::string& folder)
      : reader_(descriptor, name), name_(name), folder_(folder), partial_(partial_folder(folder)) {}

  // Unpacks and checks everything beside its place.
  void unpack(const std::function<void(std::uint64_t)>& progress) {
    for (auto name : {"/", "/kv", "/blobs"}) make_folder(partial_ + name);
    while (auto file = reader_.next()) {
      if (!manifest_text_.empty()) damaged(fmt::format("{} is behind the manifest", file->path));
      if (!file->is_regular) damaged(fmt::format("{} is no file", file->path));
      if (file->path == manifest_name) {
        read_manifest();
      } else {
        unpack(*file);
      }
      progress(reader_.bytes_read());
    }
    check();
  }

  Restored put_in_place() {
    for (const auto& entry : fs::directory_iterator(partial_)) {
      if (entry.path().filename() == "kv") continue;
      move(entry.path());
    }
    // Last: without it nothing starts as if all were here.
    move(partial_ + "/kv");
    sync_folder(folder_);
    if (::rmdir(partial_.c_str()) != 0) fail("remove", partial_);
    return {manifest_.version, manifest_.created, manifest_.files.size(), bytes_};
  }

 private:
  static void make_folder(const std::string& path) {
    std::error_code failure;
    fs::create_directories(path, failure);
    if (!failure) fs::permissions(path, fs::perms::owner_all, failure);
    if (!failure) return;
    throw Error(Code::unavailable, fmt::format("cannot make {}: {}", path, failure.message()));
  }

  void unpack(const TarReader::File& file) {
    if (!is_data_path(file.path)) damaged(fmt::format("it holds a file {}", file.path));
    Output output(partial_ + "/" + file.path);
    Sha256 sum;
    while (true) {
      auto bytes = reader_.read();
      if (bytes.empty()) break;
      output.write(bytes);
      sum.add(bytes);
      bytes_ += bytes.size();
    }
    output.close();
    sums_[file.path] = to_hex(sum.finish());
  }

  void read_manifest() {
    while (true) {
      auto bytes = reader_.read();
      if (bytes.empty()) break;
      manifest_text_ += bytes;
      if (manifest_text_.size() > manifest_bytes_max) damaged("its manifest is too long");
    }
    auto manifest = decode_manifest(manifest_text_);
    if (!manifest) damaged(fmt::format("MANIFEST: {}", manifest.error().message));
    manifest_ = std::move(*manifest);
    if (manifest_.format <= format_version) return;
    throw Error(Code::unsupported,
                fmt::format("{} has format {}, this program reads up to format {}: restore it with "
                            "the version that made it, or a newer one",
                            name_, manifest_.format, format_version));
  }

  void check() const {
    if (manifest_text_.empty()) damaged("it ends without a manifest");
    for (const auto& file : manifest_.files) {
      auto found = sums_.find(file.path);
      if (found == sums_.end()) damaged(fmt::format("{} is missing", file.path));
      if (found->second != file.sha256) {
        damaged(fmt::format("{} has other bytes than when the backup was made", file.path));
      }
    }
    if (sums_.size() != manifest_.files.size()) damaged("it holds files without a sum");
    if (!sums_.contains("thingtank.db")) damaged("thingtank.db is missing");
    for (auto name : {"/kv", "/blobs", ""}) sync_folder(partial_ + name);
  }

  void move(const fs::path& from) const {
    std::error_code failure;
    auto to = fs::path(folder_) / from.filename();
    fs::rename(from, to, failure);
    if (!failure) return;
    throw Error(Code::unavailable, fmt::format("cannot move {} to {}: {}", from.string(),
                                               to.string(), failure.message()));
  }

  [[noreturn]] void damaged(const std::string& why) const {
    throw Error(Code::corrupt,
                fmt::format("{} is no backup of Thingtank, or it is damaged: {}", name_, why));
  }

  TarReader reader_;
  const std::string& name_;
  const std::string& folder_;
  std::string partial_;
  std::string manifest_text_;
  Manifest manifest_;
  std::map<std::string, std::string> sums_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

void require_empty(const std::string& folder) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    auto name = entry.path().filename();
    if (name == "lock" || name == "lost+found") continue;
    throw Error(Code::conflict,
                fmt::format("the folder {} is not empty: a backup is restored into an empty or new "
                            "one; choose another with --data",
                            folder));
  }
  if (!failure || failure == std::errc::no_such_file_or_directory) return;
  throw Error(Code::unavailable, fmt::format("cannot read {}: {}", folder, failure.message()));
}

void require_whole(const std::string& folder) {
  if (!fs::exists(partial_folder(folder))) return;
  throw Error(Code::corrupt,
              fmt::format("a backup was restored into {} but not to the end; empty the folder and "
                          "restore it again",
                          folder));
}

Restored restore(int descriptor, const std::string& name, const std::string& folder,
                 const std::function<void(std::uint64_t)>& progress) {
  Restorer restorer(descriptor, name, folder);
  try {
    restorer.unpack(progress);
  } catch (...) {
    std::error_code ignored;  // the first failure is the one that counts
    fs::remove_all(partial_folder(folder), ignored);
    throw;
  }
  return restorer.put_in_place();
}

}  // namespace tt::backup
