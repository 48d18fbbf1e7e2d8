#pragma once

// From the event loops to views and back: an http::Handler that runs an Application.

#include "http/router.h"
#include "rt/offload.h"
#include "web/core/application.h"

namespace tt::web {

// Reads the body (limits of the settings), runs the view on a thread of `pool` and answers.  All
// of it must outlive the handler.
http::Handler handler(Application& application, rt::OffloadPool& pool);

}  // namespace tt::web
