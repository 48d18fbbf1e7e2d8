#pragma once

// Pages: the scripts and styles of the console, from the binary's assets.

#include "console/asset.h"
#include "http/router.h"

namespace tt::console {

// GET /static/FILE: the assets.
void add_static_files(http::Router& router);

// nullptr if there is none.  "index.html" is the page of the live views, whose script shows what
// the address names.
const Asset* find_asset(std::string_view name);

// The answer for an asset: 304 if the client has it, compressed if the client can read that.
http::Response serve(const Asset& asset, const http::Request& request);

inline constexpr std::string_view content_security_policy =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'";

// The headers that keep a page from running or showing what is not ours.
void add_security_headers(http::Response& response);

}  // namespace tt::console
