// POST /backup: all that the server keeps, as one archive.

#include "backup/backup.h"

#include "base/error.h"
#include "base/time.h"
#include "gateway/api/operations.h"

namespace tt::gateway::api {
namespace {

// "2026-01-02T03:04:05Z" as a part of a file's name.
std::string stamp(Time now) {
  std::string text;
  for (char c : format_time_seconds(now)) {
    if (c != '-' && c != ':') text.push_back(c == 'T' ? '-' : c);
  }
  return text.substr(0, text.find_first_of("Z."));
}

}  // namespace

Task<http::Response> make_backup(Call& call) {
  // Whoever gets a backup gets every password hash and key in it.
  if (!call.caller->is_admin || call.caller->is_revoked()) {
    throw Error(Code::denied, "a backup takes an administrator, or a master key of one");
  }
  http::Response response;
  response.writer = co_await call.services.backup.begin();
  audit::Event event{.action = "backup.create", .object = {}, .detail = {}, .owner = 0};
  co_await call.services.audit.record(*call.caller, std::move(event));
  response.compress = http::Compress::never;
  response.set("Content-Type", "application/zstd");
  auto name = fmt::format("thingtank-{}.tar.zst", stamp(call.services.clock.now()));
  response.set("Content-Disposition", fmt::format("attachment; filename=\"{}\"", name));
  co_return response;
}

}  // namespace tt::gateway::api
