#include "web/manage/reloader.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/error.h"

extern char** environ;

namespace tt::web {
namespace {

namespace fs = std::filesystem;

constexpr int poll_interval_ms = 400;

bool is_source(const fs::path& file) {
  static const std::set<std::string, std::less<>> extensions{".cc", ".cpp", ".cxx",
                                                             ".h",  ".hpp", ".cmake"};
  auto name = file.filename().string();
  return extensions.contains(file.extension().string()) || name == "CMakeLists.txt" ||
         name == "settings.json";
}

// SIGINT, SIGTERM and SIGCHLD as something that poll() waits for.
class Signals {
 public:
  Signals() {
    sigset_t set = watched();
    ::sigprocmask(SIG_BLOCK, &set, &before_);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw Error(Code::internal, "signalfd failed");
  }
  ~Signals() {
    ::close(descriptor_);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The signal that came within the time; nullopt if none did.
  std::optional<int> wait(int timeout_ms) {
    pollfd waited{descriptor_, POLLIN, 0};
    if (::poll(&waited, 1, timeout_ms) <= 0) return std::nullopt;
    signalfd_siginfo info{};
    if (::read(descriptor_, &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  static sigset_t watched() {
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : {SIGINT, SIGTERM, SIGCHLD}) ::sigaddset(&set, signal);
    return set;
  }
  sigset_t before_{};
  int descriptor_ = -1;
};

// Starts a program with the signals of a fresh process.
pid_t start(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  int failure = ::posix_spawnp(&child, argv[0], nullptr, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    throw Error(Code::unavailable,
                fmt::format("{}: cannot be started: {}", command[0], ::strerror(failure)));
  }
  return child;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class Reloader {
 public:
  explicit Reloader(const ReloaderOptions& options) : options_(options) {
    command_.push_back(options.program.string());
    command_.insert(command_.end(), options.arguments.begin(), options.arguments.end());
  }

  int run() {
    seen_ = fingerprint(options_.sources);
    server_ = start(command_);
    for (;;) {
      auto signal = signals_.wait(poll_interval_ms);
      if (signal == SIGINT || signal == SIGTERM) return stop();
      if (signal == SIGCHLD) reap();
      if (auto now = fingerprint(options_.sources); now != seen_) {
        seen_ = std::move(now);
        rebuild();
      }
    }
  }

 private:
  int stop() {
    stop_server();
    return 0;
  }

  void stop_server() {
    if (server_ == 0) return;
    ::kill(server_, SIGTERM);
    wait_for(server_);
    server_ = 0;
  }

  // A server that ended by itself is started again when something changes.
  void reap() {
    int status = 0;
    if (server_ == 0 || ::waitpid(server_, &status, WNOHANG) != server_) return;
    server_ = 0;
    fmt::print(stderr, "The server has ended; it is started again when a file changes.\n");
  }

  void rebuild() {
    fmt::print(stderr, "A source has changed: building …\n");
    int status = wait_for(start({"cmake", "--build", options_.build.string()}));
    if (status != 0) {
      fmt::print(stderr, "The build failed; the program from before goes on.\n");
      return;
    }
    stop_server();
    server_ = start(command_);
  }

  const ReloaderOptions& options_;
  std::vector<std::string> command_;
  Signals signals_;
  std::string seen_;
  pid_t server_ = 0;  // 0: not running
};

}  // namespace

std::string fingerprint(const fs::path& sources) {
  std::vector<std::string> lines;
  auto options = fs::directory_options::skip_permission_denied;
  std::error_code ignored;
  for (fs::recursive_directory_iterator at(sources, options, ignored), end; at != end;
       at.increment(ignored)) {
    auto name = at->path().filename().string();
    if (at->is_directory(ignored) && (name == "build" || name.starts_with('.'))) {
      at.disable_recursion_pending();
      continue;
    }
    if (!is_source(at->path()) || !at->is_regular_file(ignored)) continue;
    lines.push_back(fmt::format("{} {} {}\n", at->path().string(), at->file_size(ignored),
                                at->last_write_time(ignored).time_since_epoch().count()));
  }
  std::ranges::sort(lines);
  std::string all;
  for (const std::string& line : lines) all += line;
  return all;
}

int run_reloader(const ReloaderOptions& options) { return Reloader(options).run(); }

}  // namespace tt::web
