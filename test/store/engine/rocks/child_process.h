#pragma once

// This program once more, in a process that a test may kill.
//
// A forked process would lack the threads that RocksDB keeps, so the child starts anew and runs
// one test case, which is skipped otherwise:
//
//   TEST_CASE("the child" * doctest::skip()) { if (auto self = ChildSelf::find()) … }

#include <doctest/doctest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>

namespace tt::store::contract {

class ChildProcess {
 public:
  // `test_case` is given `path` and `number`, and a pipe to this process.
  ChildProcess(const std::string& test_case, const std::string& path, int number = 0) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::setenv("TT_CHILD_PATH", path.c_str(), 1);
      ::setenv("TT_CHILD_NUMBER", std::to_string(number).c_str(), 1);
      ::setenv("TT_CHILD_PIPE", std::to_string(ends[1]).c_str(), 1);
      std::string filter = "--test-case=" + test_case;
      ::execl("/proc/self/exe", "child", filter.c_str(), "--no-skip", nullptr);
      ::_exit(1);
    }
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~ChildProcess() {
    kill();
    ::close(pipe_);
    ::waitpid(pid_, nullptr, 0);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  ::pid_t pid() const { return pid_; }
  void kill() { ::kill(pid_, SIGKILL); }
  // Waits for a T from the child; nullopt when it is gone and all it has told was read.
  template <class T>
  std::optional<T> read() {
    T told;
    if (::read(pipe_, &told, sizeof told) != sizeof told) return std::nullopt;
    return told;
  }

 private:
  ::pid_t pid_ = -1;
  int pipe_ = -1;
};

// What the test case of the child has been given.
struct ChildSelf {
  std::string path;
  int number;
  int pipe;

  // nullopt if this process is no child.
  static std::optional<ChildSelf> find() {
    const char* path = ::getenv("TT_CHILD_PATH");
    if (!path) return std::nullopt;
    return ChildSelf{.path = path,
                     .number = std::stoi(::getenv("TT_CHILD_NUMBER")),
                     .pipe = std::stoi(::getenv("TT_CHILD_PIPE"))};
  }
  template <class T>
  void tell(const T& value) const {
    if (::write(pipe, &value, sizeof value) != sizeof value) ::_exit(1);
  }
};

}  // namespace tt::store::contract
