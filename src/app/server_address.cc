#include "app/server_address.h"

#include <fstream>

#include "base/error.h"

namespace tt::app {
namespace {

constexpr std::string_view prefix = "http=";

std::string path_in(const std::string& folder) { return folder + "/address"; }

// How this machine reaches a server that listens on `host`.
std::string reachable(const std::string& host) {
  if (host.empty() || host == "*" || host == "0.0.0.0") return "127.0.0.1";
  return host == "::" ? "::1" : host;
}

}  // namespace

void write_address(const std::string& folder, const rt::Endpoint& http) {
  auto path = path_in(folder);
  std::ofstream out(path, std::ios::trunc);
  out << prefix << rt::to_string(http) << '\n' << std::flush;
  if (!out) throw Error(Code::unavailable, fmt::format("cannot write {}", path));
}

std::optional<std::string> read_server_url(const std::string& folder) {
  std::ifstream in(path_in(folder));
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(prefix)) return std::nullopt;
  auto endpoint = rt::parse_endpoint(std::string_view(line).substr(prefix.size()));
  endpoint.host = reachable(endpoint.host);
  return "http://" + rt::to_string(endpoint);
}

}  // namespace tt::app
