#pragma once

// Structured logs: one line an event on stderr, logfmt by default or JSON.
//
//   log::warn("slow consumer dropped", {{"client", id}, {"queued_bytes", bytes}});
//
// The logger is the one thing that is shared by the whole process, as stderr is.  Never log a
// secret: keys, tokens and passwords are named by their label or their first characters.

#include <initializer_list>
#include <string>
#include <string_view>

namespace tt::log {

enum class Level { debug, info, warn, error, off };
enum class Format { logfmt, json };

// One named value of an event; numbers and booleans stay bare in JSON.
class Field {
 public:
  Field(std::string_view name, std::string_view value) : name(name), text(value) {}
  Field(std::string_view name, const std::string& value) : name(name), text(value) {}
  Field(std::string_view name, const char* value) : name(name), text(value) {}
  Field(std::string_view name, bool value)
      : name(name), text(value ? "true" : "false"), bare(true) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Field(std::string_view name, T value) : name(name), text(std::to_string(value)), bare(true) {}

  std::string_view name;
  std::string text;
  bool bare = false;
};

using Fields = std::initializer_list<Field>;

// Call once at start, before other threads run.
void configure(Level level, Format format);
// "debug", "info", "warn", "error" or "off"; throws invalid otherwise.
Level level_from(std::string_view name);

bool enabled(Level level);
void write(Level level, std::string_view message, Fields fields);

inline void debug(std::string_view message, Fields fields = {}) {
  if (enabled(Level::debug)) write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}

}  // namespace tt::log
