#include "app/main/application.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include <thread>

#include "app/certificate_reload.h"
#include "app/credentials.h"
#include "app/data_folder.h"
#include "app/monitoring.h"
#include "app/server_address.h"
#include "app/service_manager.h"
#include "backup/backup.h"
#include "backup/restore.h"
#include "base/error.h"
#include "host/host.h"
#include "orm/engine/sqlite/sqlite.h"
#include "rt/signals.h"
#include "rt/tls.h"
#include "store/engine/rocks/file_blob.h"
#include "store/engine/rocks/rocks_kv.h"

namespace tt::app {
namespace {

constexpr unsigned offload_threads = 4;

// The credentials of this data folder; the first start makes them, with the administrator's
// account and the master key.
Task<> ensure_credentials(const DataFolder& folder, identity::Identity& identity) {
  auto path = folder / "credentials";
  auto credentials = read_credentials(path);
  bool is_first = !credentials;
  if (is_first) credentials = make_credentials();
  bool changed = !is_first && apply_environment(*credentials);
  if (!is_first && !changed) co_return;

  auto account = co_await identity.find_account(credentials->login);
  if (!account) {
    account = co_await identity.create_account(credentials->login, credentials->password,
                                               identity::Role::administrator);
  } else {
    co_await identity.set_password(credentials->login, credentials->password);
  }
  auto key = co_await identity.find_key(credentials->api_key);
  if (!key) {
    identity::KeyDraft draft;
    draft.label = "Master key";
    draft.private_access = true;
    draft.permissions.push_back({.actions = identity::all_actions});
    co_await identity.create_key(account->id, std::move(draft), credentials->api_key);
  }
  // Last: if anything above fails, the next start is a first start again.
  write_credentials(path, *credentials);
  if (!is_first) co_return;
  fmt::print(stderr,
             "First start: these credentials were made and stored in {} (mode 0600).\n"
             "  console   login {}   password {}\n"
             "  API key   {}\n",
             path, credentials->login, credentials->password, credentials->api_key);
}

// Listeners in the order of their names, each with the protocols that edges serve on it.
std::vector<std::unique_ptr<rt::Listener>> make_listeners(Host& host, const Config& config) {
  auto& services = host.services();
  std::vector<std::unique_ptr<rt::Listener>> listeners;
  for (auto& [name, handlers] : host.handlers()) {
    auto endpoint = rt::parse_endpoint(config.listen.at(name));
    auto listener = std::make_unique<rt::Listener>(services.loops, name, endpoint, config.limits,
                                                   services.metrics);
    for (auto& [protocol, handler] : handlers) listener->handle(protocol, handler);
    listeners.push_back(std::move(listener));
  }
  return listeners;
}

void use_tls(std::vector<std::unique_ptr<rt::Listener>>& listeners, rt::TlsContext& context) {
  for (auto& listener : listeners) {
    auto unwrap = [&context](std::unique_ptr<rt::Stream> plain, std::string first_bytes) {
      return rt::accept_tls(std::move(plain), context, std::move(first_bytes));
    };
    listener->handle_tls(unwrap);
  }
}

auto handler_of(http::Server& server) {
  return [&server](std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                   rt::ConnectionContext& context) {
    return server.serve(std::move(stream), std::move(first_bytes), context);
  };
}

using Listeners = std::vector<std::unique_ptr<rt::Listener>>;

// Listeners that have their addresses, and take nobody yet.
Listeners bind_listeners(Host& host, const Config& config, rt::TlsContext* tls) {
  auto listeners = make_listeners(host, config);
  if (tls) use_tls(listeners, *tls);
  for (auto& listener : listeners) {
    listener->bind();
    host.set_endpoint(listener->name(), listener->endpoint());
  }
  return listeners;
}

// Ends the connections, then what edges run beside them, the newest first.
Task<> stop_edges(Host& host, Listeners& listeners) {
  for (auto& listener : listeners) co_await listener->begin_stop();
  for (auto& listener : listeners) co_await listener->end_stop();
  auto& added = host.added();
  for (auto service = added.rbegin(); service != added.rend(); ++service) {
    co_await (*service)->stop();
  }
}

void print_ready(const std::vector<std::unique_ptr<rt::Listener>>& listeners) {
  std::string line = "ready";
  for (const auto& listener : listeners) {
    line += fmt::format(" {}={}", listener->name(), rt::to_string(listener->endpoint()));
  }
  fmt::print("{} pid={}\n", line, ::getpid());
  std::fflush(stdout);
}

std::unique_ptr<rt::TlsContext> make_tls(const Config& config) {
  if (config.tls_certificate.empty() && config.tls_key.empty()) return nullptr;
  rt::TlsFiles files{config.tls_certificate, config.tls_key, config.tls_client_ca};
  return std::make_unique<rt::TlsContext>(rt::TlsRole::server, std::move(files));
}

// What a run needs besides the graph.
enum class Run { until_signal, open_only };

Task<> run(const Config& config, Run how, std::string_view version, rt::Loops& loops,
           rt::OffloadPool& pool) {
  SystemClock clock;
  Metrics metrics;
  DataFolder folder(config.data);
  backup::require_whole(folder.path());
  backup::remove_leftovers(folder.path());
  auto tls = make_tls(config);
  auto kv = store::open_rocks_kv(folder / "kv", pool, metrics, config.store);
  auto blob = store::open_file_blob(folder / "blobs", *kv, pool);
  auto database = orm::engine::open_sqlite(folder / "thingtank.db");
  auto identity = co_await identity::open(*database, pool, clock, config.rates);
  auto archive = co_await archive::open(*kv, pool, clock, metrics, config.archive);
  auto registry = co_await registry::open(*database, pool, clock, config.limits);
  auto bus = bus::make_bus(loops, *kv, clock, config.limits, metrics);
  telemetry::Telemetry telemetry(*registry, *archive, *bus, clock, config.limits, metrics);
  auto audit = audit::make_audit(*kv, clock, config.limits);
  request_log::RequestLog request_log(config.limits);
  provisioning::Parts provisioning_parts{*database, pool,  *identity,
                                         *registry, clock, config.limits};
  auto provisioning = co_await provisioning::open(provisioning_parts);
  auto twins = twin::make_twins({*kv, *registry, *bus, telemetry, clock, config.limits});
  triggers::Parts trigger_parts{*database, *kv,  loops, pool,          *registry, *archive,
                                telemetry, *bus, clock, config.limits, metrics};
  auto trigger_settings = config.triggers;
  if (trigger_settings.public_url.empty()) {
    trigger_settings.public_url = "http://" + config.listen.at("http");
  }
  auto triggers = co_await triggers::open(trigger_parts, std::move(trigger_settings));
  if (how == Run::open_only) co_return;

  co_await ensure_credentials(folder, *identity);
  http::Router router;
  backup::Backup backup({folder.path(), *kv, *blob, *database, pool, clock, std::string(version)});
  Services services{loops,         pool,   clock,     config.limits, metrics,   *kv,    *blob,
                    *identity,     *bus,   *registry, *archive,      telemetry, *audit, request_log,
                    *provisioning, *twins, *triggers, backup,        *database};
  Host host(services, router);
  http::Server server(router, config.limits, metrics);
  host.serve("http", rt::Protocol::http, {handler_of(server), rt::OnStop::finish});
  add_monitoring(router, metrics, version);
  install_plugins(host);
  // Before anything runs that would have to be stopped if an address is taken.
  auto listeners = bind_listeners(host, config, tls.get());

  rt::Signals stop_signals(loops.at(0), {SIGINT, SIGTERM});
  co_await bus->start();
  co_await triggers->start();
  for (auto& service : host.added()) co_await service->start();
  Maintenance::Parts kept{*archive, *registry, *audit, clock};
  Maintenance maintenance(loops.at(0), kept);
  CertificateReload certificate_reload(loops.at(0), tls.get());
  for (auto& listener : listeners) listener->start();
  if (auto http = host.endpoint("http")) write_address(folder.path(), *http);
  print_ready(listeners);
  notify_service_manager("READY=1");
  int signal = co_await stop_signals.wait();

  notify_service_manager("STOPPING=1");
  log::info("stopping", {{"signal", ::strsignal(signal)}});
  co_await stop_edges(host, listeners);
  co_await maintenance.stop();
  co_await certificate_reload.stop();
  co_await triggers->stop();
  co_await bus->stop();
  co_await archive->flush();
  store::Range everything;
  co_await kv->compact(std::move(everything));
}

// Each connection is a descriptor; the usual soft limit of 1024 is for programs that use select(2).
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void run_to_end(const Config& config, Run how, std::string_view version) {
  raise_descriptor_limit();
  log::configure(config.log_level, config.log_format);
  unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  rt::Loops loops(config.loops > 0 ? config.loops : cores);
  rt::OffloadPool pool(offload_threads);
  std::exception_ptr failure;
  auto done = [&](std::exception_ptr e) {
    failure = e;
    loops.stop();
  };
  boost::asio::co_spawn(loops.at(0).executor(), run(config, how, version, loops, pool), done);
  loops.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void serve(const Config& config, std::string_view version) {
  run_to_end(config, Run::until_signal, version);
}

void check(const Config& config) { run_to_end(config, Run::open_only, {}); }

}  // namespace tt::app
