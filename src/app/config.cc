#include "app/config.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "base/error.h"
#include "outbound/http_sender.h"
#include "outbound/mail_sender.h"
#include "rt/tcp.h"

namespace tt::app {
namespace {

// Where a value of the file goes; throws a sentence when it has the wrong type.
using Setter = std::function<void(const toml::node&)>;

template <class T>
T value_of(const toml::node& node, std::string_view wanted) {
  auto value = node.value_exact<T>();
  if (!value) throw std::runtime_error(fmt::format("must be {}", wanted));
  return *value;
}

std::int64_t count_of(const toml::node& node) {
  auto value = value_of<std::int64_t>(node, "a whole number");
  if (value < 0) throw std::runtime_error("must not be negative");
  return value;
}

Setter to(std::size_t& target) {
  return [&target](const toml::node& node) { target = static_cast<std::size_t>(count_of(node)); };
}
Setter to(std::chrono::seconds& target) {
  return [&target](const toml::node& node) { target = std::chrono::seconds(count_of(node)); };
}
Setter to(unsigned& target) {
  return [&target](const toml::node& node) { target = static_cast<unsigned>(count_of(node)); };
}
Setter to(double& target) {
  return [&target](const toml::node& node) {
    auto value = node.value<double>();
    if (!value || *value < 0) throw std::runtime_error("must be a number of 0 or more");
    target = *value;
  };
}
Setter to(std::string& target) {
  return [&target](const toml::node& node) { target = value_of<std::string>(node, "a text"); };
}

Setter to(std::chrono::hours& target) {
  return [&target](const toml::node& node) { target = std::chrono::hours(count_of(node)); };
}
Setter to(std::vector<std::string>& target) {
  return [&target](const toml::node& node) {
    const auto* array = node.as_array();
    if (!array) throw std::runtime_error("must be a list of texts");
    target.clear();
    for (const auto& element : *array) target.push_back(value_of<std::string>(element, "a text"));
  };
}

using Setters = std::map<std::string, Setter, std::less<>>;

Setters limit_setters(Limits& limits) {
  auto audit_retention = [&limits](const toml::node& node) {
    limits.audit_retention = std::chrono::days(count_of(node));
  };
  return {
      {"audit_retention_days", audit_retention},
      {"twin_bytes_max", to(limits.twin_bytes_max)},
      {"devices_per_request_max", to(limits.devices_per_request_max)},
      {"http_header_bytes_max", to(limits.http_header_bytes_max)},
      {"http_body_bytes_max", to(limits.http_body_bytes_max)},
      {"connections_per_listener_max", to(limits.connections_per_listener_max)},
      {"http_header_timeout_s", to(limits.http_header_timeout)},
      {"http_body_timeout_s", to(limits.http_body_timeout)},
      {"http_idle_timeout_s", to(limits.http_idle_timeout)},
      {"http_write_timeout_s", to(limits.http_write_timeout)},
      {"websocket_message_bytes_max", to(limits.websocket_message_bytes_max)},
      {"json_depth_max", to(limits.json_depth_max)},
      {"value_bytes_max", to(limits.value_bytes_max)},
      {"datapoints_per_request_max", to(limits.datapoints_per_request_max)},
      {"datapoints_per_import_max", to(limits.datapoints_per_import_max)},
      {"channels_per_feed_max", to(limits.channels_per_feed_max)},
      {"search_cache_bytes_max", to(limits.search_cache_bytes_max)},
      {"topic_bytes_max", to(limits.topic_bytes_max)},
      {"topic_levels_max", to(limits.topic_levels_max)},
      {"subscriptions_per_client_max", to(limits.subscriptions_per_client_max)},
      {"retained_messages_max", to(limits.retained_messages_max)},
      {"mailbox_events_max", to(limits.mailbox_events_max)},
      {"mqtt_packet_bytes_max", to(limits.mqtt_packet_bytes_max)},
      {"mqtt_connections_max", to(limits.mqtt_connections_max)},
      {"client_queue_bytes_max", to(limits.client_queue_bytes_max)},
      {"mqtt_inflight_max", to(limits.mqtt_inflight_max)},
      {"mqtt_connect_timeout_s", to(limits.mqtt_connect_timeout)},
      {"dashboards_per_account_max", to(limits.dashboards_per_account_max)},
      {"dashboard_bytes_max", to(limits.dashboard_bytes_max)},
      {"dashboard_widgets_max", to(limits.dashboard_widgets_max)},
      {"shared_requests_per_minute_max", to(limits.shared_requests_per_minute_max)},
      {"prometheus_query_bytes_max", to(limits.prometheus_query_bytes_max)},
      {"prometheus_series_max", to(limits.prometheus_series_max)},
      {"prometheus_feeds_max", to(limits.prometheus_feeds_max)},
      {"prometheus_steps_max", to(limits.prometheus_steps_max)},
      {"prometheus_samples_max", to(limits.prometheus_samples_max)},
      {"logged_requests_per_feed_max", to(limits.logged_requests_per_feed_max)},
      {"logged_request_bytes_max", to(limits.logged_request_bytes_max)},
      {"logged_body_bytes_max", to(limits.logged_body_bytes_max)},
      {"products_per_account_max", to(limits.products_per_account_max)},
      {"devices_per_page_max", to(limits.devices_per_page_max)},
      {"triggers_per_account_max", to(limits.triggers_per_account_max)},
      {"deliveries_per_trigger_max", to(limits.deliveries_per_trigger_max)},
      {"deliveries_waiting_max", to(limits.deliveries_waiting_max)},
      {"deliveries_running_max", to(limits.deliveries_running_max)},
      {"deliveries_per_host_max", to(limits.deliveries_per_host_max)},
      {"delivery_timeout_s", to(limits.delivery_timeout)},
      {"delivery_patience_h", to(limits.delivery_patience)},
      {"alarms_per_trigger_max", to(limits.alarms_per_trigger_max)},
      {"drain_timeout_s", to(limits.drain_timeout)},
  };
}

Setters listen_setters(Config& config) {
  Setters setters;
  for (auto& [name, address] : config.listen) {
    setters[name] = [&address](const toml::node& node) {
      auto text = value_of<std::string>(node, "a text like \"127.0.0.1:8080\"");
      rt::parse_endpoint(text);
      address = text;
    };
  }
  return setters;
}

Setters store_setters(store::RocksOptions& store) {
  auto sync = [&store](const toml::node& node) {
    bool is_on = value_of<bool>(node, "true or false");
    store.durability = is_on ? store::Durability::power_loss : store::Durability::process_crash;
  };
  return {{"sync", sync},
          {"cache_bytes", to(store.cache_bytes)},
          {"write_buffer_bytes", to(store.write_buffer_bytes)},
          {"disk_reserve_bytes", to(store.disk_reserve_bytes)}};
}

// Refused at the start rather than when the first trigger fires.
Setters webhook_setters(triggers::Settings& settings) {
  auto networks = [&settings](const toml::node& node) {
    to(settings.allowed_networks)(node);
    outbound::Networks check(settings.allowed_networks);
  };
  auto public_url = [&settings](const toml::node& node) {
    auto text = value_of<std::string>(node, "a text");
    while (text.ends_with('/')) text.pop_back();
    if (!outbound::parse_web_address(text)) {
      throw std::runtime_error("must be a URL like \"https://cloud.example.org\"");
    }
    settings.public_url = text;
  };
  return {{"allowed_networks", networks}, {"public_url", public_url}};
}

Setters mail_setters(triggers::MailSettings& mail) {
  auto server = [&mail](const toml::node& node) {
    auto text = value_of<std::string>(node, "a text");
    if (!text.empty() && !text.starts_with("smtp://") && !text.starts_with("smtps://")) {
      throw std::runtime_error("must be a URL like \"smtp://mail.example.org:25\"");
    }
    mail.server = text;
  };
  auto from = [&mail](const toml::node& node) {
    auto text = value_of<std::string>(node, "a text");
    if (!outbound::is_mail_address(text)) {
      throw std::runtime_error("must be an address like \"thingtank@example.org\"");
    }
    mail.from = text;
  };
  return {
      {"server", server}, {"from", from}, {"user", to(mail.user)}, {"password", to(mail.password)}};
}

Setters log_setters(Config& config) {
  return {{"level",
           [&](const toml::node& node) {
             config.log_level = log::level_from(value_of<std::string>(node, "a text"));
           }},
          {"format", [&](const toml::node& node) {
             auto text = value_of<std::string>(node, "a text");
             if (text != "logfmt" && text != "json")
               throw std::runtime_error("must be \"logfmt\" or \"json\"");
             config.log_format = text == "json" ? log::Format::json : log::Format::logfmt;
           }}};
}

std::map<std::string, Setters, std::less<>> all_setters(Config& config) {
  auto retention = [&config](const toml::node& node) {
    config.archive.retention = std::chrono::days(count_of(node));
  };
  return {
      {"", {{"data", to(config.data)}, {"loops", to(config.loops)}}},
      {"listen", listen_setters(config)},
      {"limits", limit_setters(config.limits)},
      {"rates",
       {{"calls_per_minute", to(config.rates.calls_per_minute)},
        {"login_failures_max", to(config.rates.login_failures_max)},
        {"login_window_s", to(config.rates.login_window)}}},
      {"archive",
       {{"retention_days", retention},
        {"log_bytes_max", to(config.archive.log_bytes_max)},
        {"idle_series_max", to(config.archive.idle_series_max)}}},
      {"tls",
       {{"certificate", to(config.tls_certificate)},
        {"key", to(config.tls_key)},
        {"client_ca", to(config.tls_client_ca)}}},
      {"store", store_setters(config.store)},
      {"log", log_setters(config)},
      {"mail", mail_setters(config.triggers.mail)},
      {"webhooks", webhook_setters(config.triggers)},
  };
}

[[noreturn]] void refuse(const std::string& path, const toml::node& node, std::string_view what) {
  throw Error(Code::invalid, fmt::format("{}:{}: {}", path, node.source().begin.line, what));
}

void apply(const std::string& path, std::string_view section, const toml::table& table,
           const Setters& setters) {
  for (const auto& [key, node] : table) {
    if (section.empty() && node.is_table()) continue;
    auto setter = setters.find(key.str());
    if (setter == setters.end()) {
      refuse(path, node,
             section.empty() ? fmt::format("there is no setting '{}'", key.str())
                             : fmt::format("there is no setting '{}' in [{}]", key.str(), section));
    }
    try {
      setter->second(node);
    } catch (const std::exception& e) {
      refuse(path, node, fmt::format("'{}': {}", key.str(), e.what()));
    }
  }
}

}  // namespace

void load_config(Config& config, const std::string& path) {
  toml::table file;
  try {
    file = toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    throw Error(Code::invalid,
                fmt::format("{}:{}: {}", path, e.source().begin.line, e.description()));
  }
  auto setters = all_setters(config);
  apply(path, "", file, setters[""]);
  for (const auto& [name, node] : file) {
    const auto* table = node.as_table();
    if (!table) continue;
    auto section = setters.find(name.str());
    if (section == setters.end())
      refuse(path, node, fmt::format("there is no section [{}]", name.str()));
    apply(path, name.str(), *table, section->second);
  }
}

void set_listener(Config& config, std::string_view text) {
  auto equals = text.find('=');
  auto name = std::string(text.substr(0, equals));
  auto known = config.listen.find(name);
  if (equals == text.npos || known == config.listen.end()) {
    std::string names;
    for (const auto& [listener, address] : config.listen) names += " " + listener;
    throw Error(
        Code::invalid,
        fmt::format("--listen {}: expected NAME=HOST:PORT with NAME one of{}", text, names));
  }
  auto address = text.substr(equals + 1);
  rt::parse_endpoint(address);
  known->second = address;
}

}  // namespace tt::app
