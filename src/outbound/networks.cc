#include "outbound/networks.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"

namespace tt::outbound {
namespace {

constexpr std::string_view mapped_prefix{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};
// "64:ff9b::/96": the well-known prefix of NAT64 (RFC 6052), an IPv4 address in other clothes.
constexpr std::string_view nat64_prefix{"\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12};

// The special-purpose registries of IANA (RFC 6890), and multicast.
constexpr std::string_view not_public[] = {
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // shared by carriers
    "127.0.0.0/8",      // this host
    "169.254.0.0/16",   // link-local, the metadata service of clouds among it
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, broadcast
    "::/127",           // unspecified and this host
    "::/96",            // IPv4-compatible, long dead
    "64:ff9b:1::/48",   // local translation
    "100::/64",         // discard
    "2001::/23",        // protocol assignments, Teredo among them
    "2001:db8::/32",    // documentation
    "2002::/16",        // 6to4
    "fc00::/7",         // unique local
    "fe80::/10",        // link-local
    "fec0::/10",        // site-local
    "ff00::/8",         // multicast
};

// 16 bytes; empty if `text` is no address.
std::string bytes_of(std::string_view text) {
  std::string terminated(text);
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    return std::string(mapped_prefix) + std::string(bytes.data(), 4);
  }
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) {
    return std::string(bytes.data(), 16);
  }
  return {};
}

std::string bytes_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return std::string(mapped_prefix) +
           std::string(reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr);
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    return std::string(reinterpret_cast<const char*>(&v6.sin6_addr), sizeof v6.sin6_addr);
  }
  return {};
}

}  // namespace

bool Networks::Network::holds(std::string_view address) const {
  auto whole = bits / 8;
  if (address.substr(0, whole) != std::string_view(bytes).substr(0, whole)) return false;
  auto rest = bits % 8;
  if (rest == 0) return true;
  auto difference = static_cast<unsigned char>(address[whole] ^ bytes[whole]);
  return difference >> (8 - rest) == 0;
}

Networks::Network Networks::parse(std::string_view text) {
  auto slash = text.find('/');
  Network network{.bytes = bytes_of(text.substr(0, slash)), .bits = 128};
  bool is_v4 = network.bytes.starts_with(mapped_prefix) && text.find(':') == text.npos;
  auto bits_max = is_v4 ? 32u : 128u;
  auto bits =
      slash == text.npos ? std::optional(bits_max) : parse_number<unsigned>(text.substr(slash + 1));
  if (network.bytes.empty() || !bits || *bits > bits_max) {
    throw Error(Code::invalid,
                fmt::format("'{}' is no network: write it like \"10.0.0.0/8\"", text));
  }
  network.bits = is_v4 ? 96 + *bits : *bits;
  return network;
}

Networks::Networks(const std::vector<std::string>& allowed) {
  for (const auto& text : allowed) allowed_.push_back(parse(text));
}

bool Networks::permits_bytes(std::string_view address) const {
  static const auto closed = [] {
    std::vector<Network> networks;
    for (auto text : not_public) networks.push_back(parse(text));
    return networks;
  }();
  if (address.size() != 16) return false;
  auto holds = [&](const Network& network) { return network.holds(address); };
  if (std::ranges::any_of(allowed_, holds)) return true;
  if (address.starts_with(nat64_prefix)) {
    return permits_bytes(std::string(mapped_prefix) + std::string(address.substr(12)));
  }
  return std::ranges::none_of(closed, holds);
}

bool Networks::permits(const sockaddr& address) const { return permits_bytes(bytes_of(address)); }

bool Networks::permits(std::string_view address) const { return permits_bytes(bytes_of(address)); }

std::string to_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  auto bytes = bytes_of(address);
  if (bytes.empty()) return {};
  bool is_v4 = bytes.starts_with(mapped_prefix);
  const char* from = bytes.data() + (is_v4 ? 12 : 0);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

}  // namespace tt::outbound
