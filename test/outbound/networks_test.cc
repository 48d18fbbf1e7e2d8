#include "outbound/networks.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace tt::outbound {

TEST_CASE("public addresses may be reached, all others not") {
  struct Row {
    std::string_view address;
    bool is_permitted;
  };
  constexpr Row rows[] = {
      {"93.184.216.34", true},
      {"8.8.8.8", true},
      {"2606:4700:4700::1111", true},
      {"2001:4860:4860::8888", true},
      {"172.15.255.255", true},
      {"172.32.0.0", true},
      {"100.63.255.255", true},
      {"11.0.0.0", true},
      {"::ffff:8.8.8.8", true},
      {"64:ff9b::808:808", true},
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"0.0.0.0", false},
      {"10.0.0.1", false},
      {"10.255.255.255", false},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"192.168.1.1", false},
      {"169.254.169.254", false},
      {"100.64.0.1", false},
      {"100.127.255.255", false},
      {"198.19.0.1", false},
      {"224.0.0.251", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:10.0.0.1", false},
      {"::ffff:169.254.169.254", false},
      {"::127.0.0.1", false},
      {"64:ff9b::7f00:1", false},
      {"64:ff9b:1::1", false},
      {"2002:7f00:1::", false},
      {"fc00::1", false},
      {"fdff::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      {"fd00:ec2::254", false},
      {"example.org", false},
      {"", false},
  };
  Networks networks;
  for (const auto& row : rows) {
    CAPTURE(row.address);
    CHECK(networks.permits(row.address) == row.is_permitted);
  }
}

TEST_CASE("an administrator opens networks") {
  Networks networks({"10.1.0.0/16", "127.0.0.1", "fd12::/16", "192.168.4.0/23"});
  CHECK(networks.permits("10.1.255.255"));
  CHECK(networks.permits("::ffff:10.1.2.3"));
  CHECK(networks.permits("127.0.0.1"));
  CHECK(networks.permits("fd12:3456::1"));
  CHECK(networks.permits("192.168.5.255"));
  CHECK_FALSE(networks.permits("10.2.0.0"));
  CHECK_FALSE(networks.permits("127.0.0.2"));
  CHECK_FALSE(networks.permits("fd13::1"));
  CHECK_FALSE(networks.permits("192.168.6.0"));
}

TEST_CASE("what is no network is refused with its text") {
  for (const char* text : {"10.0.0.0/33", "10.0.0/8", "localhost", "", "::1/129", "10.0.0.0/x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Networks({text}), Error);
  }
  CHECK_THROWS_WITH(Networks({"ten"}), "'ten' is no network: write it like \"10.0.0.0/8\"");
}

}  // namespace tt::outbound
