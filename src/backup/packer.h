#pragma once

// Packer: the files of a folder as an archive, piece by piece, with the manifest behind them.

#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "backup/manifest.h"
#include "backup/tar_writer.h"
#include "base/digest.h"
#include "base/time.h"

namespace tt::backup {

class Packer {
 public:
  // `manifest` without its files.
  Packer(std::string folder, Manifest manifest, Time created);

  // The next piece of the archive, some hundred kilobytes; nullopt at its end.  Blocks.  Throws
  // unavailable if a file cannot be read.
  std::optional<std::string> next();

 private:
  struct Input {
    std::string path;  // below the folder
    std::ifstream stream;
    std::uint64_t left_bytes = 0;
    Sha256 sum;
  };

  void begin_file();
  void go_on();
  void end();
  [[noreturn]] void fail(const std::string& path) const;

  std::string folder_;
  Manifest manifest_;
  std::int64_t created_s_;
  std::deque<std::string> waiting_;
  std::unique_ptr<Input> input_;
  TarWriter tar_;
  bool is_done_ = false;
};

}  // namespace tt::backup
