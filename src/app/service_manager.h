#pragma once

// What systemd is told, if it started this process (Type=notify).                    sd_notify(3)

#include <string_view>

namespace tt::app {

// "READY=1", "STOPPING=1".  Does nothing without $NOTIFY_SOCKET; a manager that cannot be reached
// is logged.
void notify_service_manager(std::string_view state);

}  // namespace tt::app
