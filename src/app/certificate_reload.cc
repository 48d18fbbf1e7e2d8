#include "app/certificate_reload.h"

#include <csignal>

#include "base/error.h"
#include "base/log.h"

namespace tt::app {
namespace {

// Files that cannot be used leave the old certificate in place.
void reload(rt::TlsContext& tls) {
  try {
    bool is_new = tls.reload_if_changed();
    log::info(is_new ? "the certificate was read again" : "the certificate has not changed");
  } catch (const Error& e) {
    log::error("the certificate could not be read again, the old one stays",
               {{"reason", e.what()}});
  }
}

}  // namespace

CertificateReload::CertificateReload(rt::Loop& loop, rt::TlsContext* tls)
    : hang_up_(loop, {SIGHUP}), scope_(loop) {
  scope_.spawn(reload_for_ever(tls));
}

Task<> CertificateReload::reload_for_ever(rt::TlsContext* tls) {
  while (true) {
    co_await hang_up_.wait();
    if (tls) reload(*tls);
  }
}

Task<> CertificateReload::stop() {
  scope_.cancel();
  co_await scope_.join();
}

}  // namespace tt::app
