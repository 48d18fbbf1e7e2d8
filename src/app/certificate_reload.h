#pragma once

// SIGHUP: the certificates are read again, without a connection ending.

#include "rt/scope.h"
#include "rt/signals.h"
#include "rt/tls.h"

namespace tt::app {

class CertificateReload {
 public:
  // From now on, on `loop`; call there.  `tls` may be nullptr: then SIGHUP does nothing.
  CertificateReload(rt::Loop& loop, rt::TlsContext* tls);
  Task<> stop();

 private:
  Task<> reload_for_ever(rt::TlsContext* tls);

  rt::Signals hang_up_;
  rt::Scope scope_;
};

}  // namespace tt::app
