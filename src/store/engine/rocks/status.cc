#include "store/engine/rocks/status.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/listener.h>
#include <rocksdb/status.h>

#include <cstdarg>
#include <cstdio>

#include "base/log.h"

namespace tt::store::rocks {
namespace {

// The first is said for every file that DB::VerifyChecksum reads, and means nothing there; the
// second is thrown as well; the third is said of every checkpoint.
bool is_noise(std::string_view line) {
  return line.find("opened without unique ID to verify") != std::string_view::npos ||
         line.find("DB::Open() failed") != std::string_view::npos ||
         line.find("File Deletions ") != std::string_view::npos;
}

class LogAdapter final : public rocksdb::Logger {
 public:
  explicit LogAdapter(std::string path)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), path_(std::move(path)) {}

  using rocksdb::Logger::Logv;

  void LogHeader(const char*, va_list) override {}

  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL) return;
    char line[1024];
    std::vsnprintf(line, sizeof line, format, arguments);
    if (is_noise(line)) return;
    bool is_error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
    log::write(is_error ? log::Level::error : log::Level::warn, "rocksdb",
               {{"folder", path_}, {"line", std::string_view(line)}});
  }

 private:
  std::string path_;
};

class HealthListener final : public rocksdb::EventListener {
 public:
  explicit HealthListener(std::shared_ptr<Health> health) : health_(std::move(health)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status*) override {
    if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) health_->is_log_broken = true;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* is_automatic) override {
    *is_automatic = false;
  }

 private:
  std::shared_ptr<Health> health_;
};

}  // namespace

Error error_from(const rocksdb::Status& status, std::string_view what) {
  Code code = status.IsCorruption() ? Code::corrupt : Code::unavailable;
  std::string reason = status.ToString();
  // A table that is missing is reported under the name that the oldest databases gave to tables.
  if (auto at = reason.find(".ldb: No such file"); at != std::string::npos) {
    reason.replace(at, 4, ".sst");
  }
  return Error(code, fmt::format("{}: {}", what, reason));
}

std::shared_ptr<rocksdb::Logger> make_logger(std::string path) {
  return std::make_shared<LogAdapter>(std::move(path));
}

std::shared_ptr<rocksdb::EventListener> make_listener(std::shared_ptr<Health> health) {
  return std::make_shared<HealthListener>(std::move(health));
}

}  // namespace tt::store::rocks
