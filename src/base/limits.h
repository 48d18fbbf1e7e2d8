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
  std::size_t search_cache_bytes_max = 32 * 1024 * 1024;  // what search keeps in memory of words

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

  // What is watched, kept and sent
  std::chrono::hours audit_retention{24 * 365};
  std::size_t logged_requests_per_feed_max = 100;
  std::size_t logged_request_bytes_max = 32 * 1024 * 1024;  // of all feeds together
  std::size_t logged_body_bytes_max = 16 * 1024;            // of one request or answer
  std::size_t twin_bytes_max = 64 * 1024;                   // of one side
  std::size_t triggers_per_account_max = 10'000;
  std::size_t deliveries_per_trigger_max = 100;  // kept in its log
  std::size_t deliveries_waiting_max = 100'000;  // firings beyond are refused and logged
  std::size_t deliveries_running_max = 256;      // at one time …
  std::size_t deliveries_per_host_max = 4;       // … of them to one host
  std::chrono::seconds delivery_timeout{10};
  std::chrono::hours delivery_patience{24};  // then it has failed
  std::size_t alarms_per_trigger_max = 100;  // cleared ones that are kept
  std::size_t products_per_account_max = 1'000;
  std::size_t devices_per_request_max = 10'000;
  std::size_t devices_per_page_max = 1'000;

  // Dashboards
  std::size_t dashboards_per_account_max = 500;
  std::size_t dashboard_bytes_max = 256 * 1024;
  std::size_t dashboard_widgets_max = 100;
  std::size_t shared_requests_per_minute_max = 6'000;  // of one share link

  // Queries of /prometheus
  std::size_t prometheus_query_bytes_max = 16 * 1024;
  std::size_t prometheus_series_max = 1'000;       // that one selector finds
  std::size_t prometheus_feeds_max = 20'000;       // that one selector looks at
  std::size_t prometheus_steps_max = 11'000;       // of one query_range
  std::size_t prometheus_samples_max = 2'000'000;  // read or computed for one query

  // Process
  std::chrono::seconds drain_timeout{10};  // graceful stop
};

}  // namespace tt
