#pragma once

// Bytes of packets, as the tables of the tests write them.

#include <initializer_list>
#include <string>
#include <string_view>

namespace tt::gateway::mqtt {

// bytes({0x10, 2, "MQTT", 0}): numbers are bytes, texts are themselves (without a length).
struct BytePart {
  BytePart(int byte) : text(1, static_cast<char>(byte)) {}
  BytePart(const char* part) : text(part) {}
  BytePart(std::string_view part) : text(part) {}
  BytePart(std::string part) : text(std::move(part)) {}
  std::string text;
};

inline std::string bytes(std::initializer_list<BytePart> parts) {
  std::string all;
  for (const auto& part : parts) all += part.text;
  return all;
}

}  // namespace tt::gateway::mqtt
