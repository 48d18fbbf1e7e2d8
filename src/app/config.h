#pragma once

// Config: what an administrator may set, from the defaults, a TOML file and the command line.

#include <map>
#include <string>
#include <string_view>

#include "archive/archive.h"
#include "base/limits.h"
#include "base/log.h"
#include "identity/identity.h"
#include "store/engine/rocks/rocks_kv.h"
#include "triggers/triggers.h"

namespace tt::app {

struct Config {
  std::string data = "thingtank-data";
  // Name of the listener → HOST:PORT.
  std::map<std::string, std::string> listen = {
      {"http", "127.0.0.1:8080"},   {"aws", "127.0.0.1:4566"},    {"mqtt", "127.0.0.1:1883"},
      {"skynet", "127.0.0.1:3000"}, {"socket", "127.0.0.1:8081"}, {"wamp", "127.0.0.1:8082"}};
  Limits limits;
  identity::Rates rates;
  archive::Options archive;
  store::RocksOptions store;
  triggers::Settings triggers;
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::logfmt;
  unsigned loops = 0;           // 0: one per core
  std::string tls_certificate;  // PEM files; both or none
  std::string tls_key;
  std::string tls_client_ca;  // devices may prove who they are with a certificate of this CA
};

// Reads `path` over `config`.  Throws invalid, naming file, line and key, for a file that cannot
// be read, a key that does not exist and a value of the wrong type.
void load_config(Config& config, const std::string& path);

// "http=127.0.0.1:8080".  Throws invalid for a name that is no listener.
void set_listener(Config& config, std::string_view text);

}  // namespace tt::app
