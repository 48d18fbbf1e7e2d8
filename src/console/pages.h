#pragma once

// Pages: the console's HTML page, its scripts and styles, from the binary's assets.

#include "console/asset.h"
#include "http/router.h"

namespace tt::console {

// GET / and /devices/ID: the one HTML page, whose script shows what the address names;
// GET /static/FILE: the assets.
void add_pages(http::Router& router);

// The answer for an asset: 304 if the client has it, compressed if the client can read that.
http::Response serve(const Asset& asset, const http::Request& request);

// The headers that keep a page from running or showing what is not ours.
void add_security_headers(http::Response& response);

}  // namespace tt::console
