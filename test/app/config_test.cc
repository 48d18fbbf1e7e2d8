#include "app/config.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"

using namespace tt;
using app::Config;

namespace {

// Loads `text` as a configuration file; what is thrown, without the file's name, or "".
std::string load(Config& config, std::string_view text) {
  auto path = fmt::format("/tmp/thingtank-config-{}.toml", ::getpid());
  std::ofstream(path) << text;
  std::string failure;
  try {
    app::load_config(config, path);
  } catch (const Error& e) {
    CHECK(e.code() == Code::invalid);
    failure = e.what();
    REQUIRE(failure.starts_with(path));
    failure.erase(0, path.size());
  }
  ::unlink(path.c_str());
  return failure;
}

std::string refusal(std::string_view text) {
  Config config;
  return load(config, text);
}

}  // namespace

TEST_CASE("every section of the file reaches its settings") {
  Config config;
  CHECK(load(config, R"(
data = "/srv/things"
loops = 3
[listen]
http = "0.0.0.0:80"
[limits]
http_body_bytes_max = 1000
http_idle_timeout_s = 5
[archive]
retention_days = 2
[store]
sync = false
disk_reserve_bytes = 0
[rates]
calls_per_minute = 1.5
[log]
level = "warn"
format = "json"
)") == "");
  CHECK(config.data == "/srv/things");
  CHECK(config.loops == 3);
  CHECK(config.listen.at("http") == "0.0.0.0:80");
  CHECK(config.listen.at("mqtt") == "127.0.0.1:1883");
  CHECK(config.limits.http_body_bytes_max == 1000);
  CHECK(config.limits.http_idle_timeout == std::chrono::seconds(5));
  CHECK(config.archive.retention == std::chrono::days(2));
  CHECK(config.store.durability == store::Durability::process_crash);
  CHECK(config.store.disk_reserve_bytes == 0);
  CHECK(config.rates.calls_per_minute == 1.5);
  CHECK(config.log_level == log::Level::warn);
  CHECK(config.log_format == log::Format::json);
}

TEST_CASE("what is acknowledged survives a power loss unless somebody says otherwise") {
  CHECK(Config().store.durability == store::Durability::power_loss);
}

TEST_CASE("a mistake is named with its line") {
  CHECK(refusal("nonsense = 1") == ":1: there is no setting 'nonsense'");
  CHECK(refusal("\n[limits]\nno_such_limit = 1") ==
        ":3: there is no setting 'no_such_limit' in [limits]");
  CHECK(refusal("[nonsense]\n") == ":1: there is no section [nonsense]");
  CHECK(refusal("[limits]\njson_depth_max = \"5\"") ==
        ":2: 'json_depth_max': must be a whole number");
  CHECK(refusal("[limits]\njson_depth_max = -5") == ":2: 'json_depth_max': must not be negative");
  CHECK(refusal("[store]\nsync = 1") == ":2: 'sync': must be true or false");
  CHECK(refusal("[listen]\nhttp = \"here\"").starts_with(":2: 'http': 'here' is not HOST:PORT"));
  CHECK(refusal("[log]\nlevel = \"loud\"").starts_with(":2: 'level': 'loud' is not a log level"));
  CHECK(refusal("data = ").starts_with(":1: "));
}

TEST_CASE("a listener is set by NAME=HOST:PORT") {
  Config config;
  app::set_listener(config, "http=[::1]:0");
  CHECK(config.listen.at("http") == "[::1]:0");
  for (auto bad : {"http", "ftp=127.0.0.1:21", "http=127.0.0.1", "=1.2.3.4:5"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(app::set_listener(config, bad), Error);
  }
}
