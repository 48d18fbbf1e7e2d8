#include "app/demo/http_client.h"

#include <curl/curl.h>

#include "base/error.h"
#include "wire/header_value.h"

namespace tt::app {
namespace {

constexpr long connect_timeout_ms = 3'000;
constexpr long answer_timeout_ms = 10'000;
constexpr std::size_t body_bytes_max = 16 * 1024 * 1024;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void append(HeaderList& list, const std::string& header) {
  list.reset(curl_slist_append(list.release(), header.c_str()));
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* to) {
  auto& body = static_cast<HttpAnswer*>(to)->body;
  if (body.size() + size > body_bytes_max) return 0;  // ends the call with an error
  body.append(data, size);
  return size;
}

std::size_t take_header(char* data, std::size_t, std::size_t size, void* to) {
  std::string_view line(data, size);
  auto colon = line.find(':');
  if (colon != line.npos && wire::equal_ignoring_case(line.substr(0, colon), "location")) {
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    static_cast<HttpAnswer*>(to)->location = wire::trim(value);
  }
  return size;
}

int check_stop(void* should_stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return (*static_cast<std::function<bool()>*>(should_stop))() ? 1 : 0;
}

}  // namespace

struct HttpClient::Impl {
  std::string url;
  std::function<bool()> should_stop;
  std::unique_ptr<CURL, CloseHandle> handle{curl_easy_init()};
  HeaderList headers;
  char message[CURL_ERROR_SIZE] = {};
};

HttpClient::HttpClient(std::string url, std::string key, std::function<bool()> should_stop)
    : impl_(std::make_unique<Impl>()) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    throw Error(Code::invalid, "the server's address must start with http:// or https://: " + url);
  }
  while (url.ends_with('/')) url.pop_back();
  impl_->url = std::move(url);
  impl_->should_stop = std::move(should_stop);
  append(impl_->headers, "X-ApiKey: " + key);
  append(impl_->headers, "Content-Type: application/json");
  append(impl_->headers, "Expect:");
  auto* handle = impl_->handle.get();
  TT_ASSERT(handle);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "thingtank-demo");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, impl_->headers.get());
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, impl_->message);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, answer_timeout_ms);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, check_stop);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &impl_->should_stop);
}

HttpClient::~HttpClient() = default;

HttpAnswer HttpClient::call(std::string_view method, const std::string& path,
                            const std::string& body) {
  HttpAnswer answer;
  auto* handle = impl_->handle.get();
  auto url = impl_->url + path;
  std::string verb(method);
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L);
  if (!body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, verb.c_str());
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer);
  impl_->message[0] = '\0';
  auto result = curl_easy_perform(handle);
  if (result == CURLE_ABORTED_BY_CALLBACK) throw Error(Code::cancelled, "asked to stop");
  if (result != CURLE_OK) {
    const char* reason = impl_->message[0] ? impl_->message : curl_easy_strerror(result);
    throw Error(Code::unavailable, impl_->url + " does not answer: " + reason);
  }
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace tt::app
