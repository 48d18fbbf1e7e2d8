#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"

namespace tt::app {
namespace {

// One datagram to the socket at `path`; '@' begins an abstract name.
bool send_datagram(std::string_view path, std::string_view text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    errno = EINVAL;
    return false;
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  int handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return false;
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  auto sent = ::sendto(handle, text.data(), text.size(), MSG_NOSIGNAL,
                       reinterpret_cast<const sockaddr*>(&address), size);
  int reason = errno;
  ::close(handle);
  errno = reason;
  return sent == static_cast<ssize_t>(text.size());
}

}  // namespace

void notify_service_manager(std::string_view state) {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (!path) return;
  if (send_datagram(path, state)) return;
  log::warn("the service manager was not told", {{"state", state}, {"reason", ::strerror(errno)}});
}

}  // namespace tt::app
