#pragma once

// What a product and a serial may be.  All throw unprocessable, one message a line.

#include <span>

#include "provisioning/provisioning.h"

namespace tt::provisioning {

inline constexpr std::size_t name_chars_max = 255;
inline constexpr std::size_t serial_bytes_max = 255;

// "[A-Za-z0-9+\-_:,]+", 255 bytes at most.
bool is_serial(std::string_view serial);

// The name, the description, and that a feed can be made of the template.  The feed's messages are
// the registry's, behind "feed_defaults ".
void check_product(const Product& product, const Limits& limits);

// That each is a serial, none comes twice, and they are not more than one request may bring.
void check_serials(std::span<const std::string> serials, const Limits& limits);

}  // namespace tt::provisioning
