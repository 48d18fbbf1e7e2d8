#pragma once

// Networks: which addresses the server may connect to on behalf of its users.
//
// A webhook's URL is a user's choice, so it must not open a way into the networks around the
// server: addresses that are not public (this host, private and link-local networks, the cloud's
// metadata service, multicast, …) are reached only if an administrator has named them.

#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace tt::outbound {

class Networks {
 public:
  Networks() = default;
  // "10.0.0.0/8", "fd00::/8", "127.0.0.1".  Throws invalid for a text that is none of these.
  explicit Networks(const std::vector<std::string>& allowed);

  // True for public addresses and for those of the allowed networks.
  bool permits(const sockaddr& address) const;
  // The same for "93.184.216.34" or "2001:db8::1"; false for what is no address.
  bool permits(std::string_view address) const;

 private:
  // An IPv4 address stands in its mapped form, ::ffff:a.b.c.d, so that there is one kind only.
  struct Network {
    std::string bytes;  // 16
    unsigned bits = 0;  // of `bytes` that count
    bool holds(std::string_view address) const;
  };
  static Network parse(std::string_view text);
  bool permits_bytes(std::string_view address) const;

  std::vector<Network> allowed_;
};

// "10.1.2.3" or "fe80::1", without port; empty for another family.
std::string to_text(const sockaddr& address);

}  // namespace tt::outbound
