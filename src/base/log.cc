#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/error.h"

namespace tt::log {
namespace {

std::atomic<Format> format_ = Format::logfmt;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: return spdlog::level::off;
  }
  return spdlog::level::off;
}

std::string_view name_of(Level level) {
  constexpr std::string_view names[] = {"debug", "info", "warn", "error", "off"};
  return names[static_cast<int>(level)];
}

spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("thingtank", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%v");
    return made;
  }();
  return instance;
}

void append_quoted(std::string& line, std::string_view text) {
  line += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
    } else {
      line += c;
    }
  }
  line += '"';
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\';
  });
}

std::string to_logfmt(Level level, std::string_view message, Fields fields) {
  auto line =
      fmt::format("time={} level={} msg=", format_time(SystemClock{}.now()), name_of(level));
  append_quoted(line, message);
  for (const Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    if (!field.bare && needs_quotes(field.text)) {
      append_quoted(line, field.text);
    } else {
      line += field.text;
    }
  }
  return line;
}

std::string to_json(Level level, std::string_view message, Fields fields) {
  auto line = fmt::format(R"({{"time":"{}","level":"{}","msg":)", format_time(SystemClock{}.now()),
                          name_of(level));
  append_quoted(line, message);
  for (const Field& field : fields) {
    line += ',';
    append_quoted(line, field.name);
    line += ':';
    if (field.bare) {
      line += field.text;
    } else {
      append_quoted(line, field.text);
    }
  }
  line += '}';
  return line;
}

}  // namespace

void configure(Level level, Format format) {
  logger().set_level(to_spdlog(level));
  format_ = format;
}

Level level_from(std::string_view name) {
  for (Level level : {Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
    if (name == name_of(level)) return level;
  }
  throw Error(Code::invalid,
              fmt::format("'{}' is not a log level; use debug, info, warn, error or off", name));
}

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  logger().log(to_spdlog(level), "{}",
               format_ == Format::json ? to_json(level, message, fields)
                                       : to_logfmt(level, message, fields));
}

}  // namespace tt::log
