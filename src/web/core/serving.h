#pragma once

// From the event loops to views and back: an http::Handler that runs an Application.

#include "http/router.h"
#include "rt/offload.h"
#include "web/core/application.h"

namespace tt::web {

// Whether requests that only read, and have proved quick (quick_views.h), are answered on the
// connection's loop.  For databases that keep nobody waiting: SQLite.
enum class OnLoop : bool { never, quick_reads };

// Reads the body (limits of the settings), runs the view on a thread of `pool` and answers.  All
// of it must outlive the handler.
http::Handler handler(Application& application, rt::OffloadPool& pool,
                      OnLoop on_loop = OnLoop::never);

}  // namespace tt::web
