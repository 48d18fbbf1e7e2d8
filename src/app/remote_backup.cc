#include "app/remote_backup.h"

#include <curl/curl.h>

#include <exception>
#include <memory>

#include "base/error.h"

namespace tt::app {
namespace {

constexpr long connect_timeout_s = 10;
// Before the first byte the server copies its database.
constexpr long silence_s_max = 300;
constexpr std::size_t message_bytes_max = 4096;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

struct Transfer {
  CURL* handle;
  BackupOutput& output;
  std::string message = {};              // the body of an answer that is no backup
  std::exception_ptr failure = nullptr;  // of the output
};

long status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::size_t take(char* data, std::size_t, std::size_t size, void* to) {
  auto& transfer = *static_cast<Transfer*>(to);
  if (status_of(transfer.handle) != 200) {
    transfer.message.append(data, std::min(size, message_bytes_max - transfer.message.size()));
    return size;
  }
  try {
    transfer.output.write({data, size});
  } catch (...) {
    transfer.failure = std::current_exception();
    return 0;
  }
  return size;
}

Code code_of(long status) {
  switch (status) {
    case 401: return Code::unauthenticated;
    case 403: return Code::denied;
    case 404: return Code::not_found;
    case 409: return Code::conflict;
    default: return Code::unavailable;
  }
}

}  // namespace

void download_backup(const RemoteServer& server, BackupOutput& output) {
  std::unique_ptr<CURL, CloseHandle> handle(curl_easy_init());
  std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(nullptr, ("X-ApiKey: " + server.key).c_str()));
  Transfer transfer{handle.get(), output};
  char why[CURL_ERROR_SIZE] = {};
  auto url = server.url + "/api/v1/backup";
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, "");
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_LOW_SPEED_TIME, silence_s_max);
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, why);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &transfer);
  auto result = curl_easy_perform(handle.get());
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (result != CURLE_OK) {
    throw Error(Code::unavailable, fmt::format("no backup from {}: {}", server.url,
                                               why[0] ? why : curl_easy_strerror(result)));
  }
  auto status = status_of(handle.get());
  if (status == 200) return;
  throw Error(code_of(status), fmt::format("{} refused the backup with status {}: {}", server.url,
                                           status, transfer.message));
}

}  // namespace tt::app
