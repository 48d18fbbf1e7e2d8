#pragma once

// What the tests of the RocksDB engine share: a folder that goes away, and an engine to open it.

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "rt/offload.h"
#include "store/engine/rocks/rocks_kv.h"

namespace tt::store::contract {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "tt-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Engine {
  rt::OffloadPool pool{2};
  Metrics metrics;

  std::unique_ptr<Kv> open(const std::string& path, const RocksOptions& options = {}) {
    return open_rocks_kv(path, pool, metrics, options);
  }
};

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace tt::store::contract
