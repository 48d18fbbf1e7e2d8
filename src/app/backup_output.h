#pragma once

// Where a backup is written, and what people see meanwhile.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tt::app {

// Bytes and rate on stderr: as a line that is written over if that is a terminal, else only at
// the end.
class Progress {
 public:
  // "written", "read"
  explicit Progress(std::string verb) : verb_(std::move(verb)) {}
  void reach(std::uint64_t bytes);
  void end();

 private:
  std::string line() const;

  using SteadyClock = std::chrono::steady_clock;
  std::string verb_;
  std::uint64_t bytes_ = 0;
  SteadyClock::time_point began_ = SteadyClock::now();
  SteadyClock::time_point shown_ = began_;
};

// A file that has another name until finish(), and is removed without it; "-" is standard output.
class BackupOutput {
 public:
  // Throws unavailable, also if standard output is a terminal.
  explicit BackupOutput(std::string file);
  ~BackupOutput();
  BackupOutput(const BackupOutput&) = delete;
  BackupOutput& operator=(const BackupOutput&) = delete;

  // Throws unavailable.
  void write(std::string_view bytes);
  void finish();

 private:
  [[noreturn]] void fail(const char* what) const;

  std::string file_;
  std::string partial_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  Progress progress_{"written"};
};

}  // namespace tt::app
