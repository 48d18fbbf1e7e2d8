#pragma once

// Limits: the named upper bounds of everything that input from outside can make grow.
//
// One value of this struct is made from the configuration at start and handed down by reference;
// each field is a key of the section [limits] of the configuration file.

#include <chrono>
#include <cstddef>

namespace tt {

struct Limits {
  // Connections
  std::size_t connections_per_listener_max = 100'000;

  // HTTP
  std::size_t http_header_bytes_max = 16 * 1024;
  std::size_t http_body_bytes_max = 16 * 1024 * 1024;  // after decompression
  std::chrono::seconds http_header_timeout{15};  // from the first byte to the end of the headers
  std::chrono::seconds http_body_timeout{60};    // between two pieces of a body
  std::chrono::seconds http_idle_timeout{75};    // a keep-alive connection with nothing to do
  std::chrono::seconds http_write_timeout{60};   // a client that takes no bytes
  std::size_t websocket_message_bytes_max = 1024 * 1024;
  std::size_t json_depth_max = 64;

  // Data
  std::size_t value_bytes_max = 255;
  std::size_t datapoints_per_request_max = 500;
  std::size_t datapoints_per_import_max = 100'000;
  std::size_t channels_per_feed_max = 10'000;
  std::size_t waypoints_per_feed_max = 1'000;  // the oldest go
  std::size_t description_chars_max = 16 * 1024;
  std::size_t registry_cache_entries_max = 200'000;  // feeds and their channels, in memory
  std::size_t feeds_per_page_max = 1'000;

  // Bus and MQTT
  std::size_t topic_bytes_max = 1024;
  std::size_t topic_levels_max = 32;
  std::size_t subscriptions_per_client_max = 1'000;
  std::size_t retained_messages_max = 1'000'000;
  std::size_t mailbox_events_max = 65'536;  // waiting for one core; publishers wait beyond
  std::size_t mqtt_packet_bytes_max = 1024 * 1024;
  std::size_t mqtt_connections_max = 100'000;
  std::size_t client_queue_bytes_max = 1024 * 1024;  // waiting for one slow subscriber
  std::size_t mqtt_inflight_max = 64;
  std::chrono::seconds mqtt_connect_timeout{10};

  // Process
  std::chrono::seconds drain_timeout{10};  // graceful stop
};

}  // namespace tt
