#pragma once

// Transfers: requests of libcurl, any number of them at once, on one thread of their own.
//
// Nothing of it blocks an event loop, and a peer that answers slowly delays no other.  Only the
// senders of this folder use it.

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/time.h"
#include "rt/offload.h"
#include "rt/waiter.h"

namespace tt::outbound {

// One request and what came of it.
struct Transfer {
  Transfer();
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Throws internal if libcurl does not know the option.
  template <class T>
  void set(CURLoption option, T value) {
    require(curl_easy_setopt(easy, option, value));
  }
  // A line of the headers or of the recipients; the list that goes with `option` is `list`.
  void add_line(const std::string& line);

  CURL* easy;
  curl_slist* lines = nullptr;
  std::string body;           // to be sent
  std::size_t body_sent = 0;  // of a mail
  std::string answer;         // its beginning, see answer_bytes_max
  std::string refused;        // the last address that may not be reached
  CURLcode result = CURLE_OK;
  char details[CURL_ERROR_SIZE] = {};

 private:
  static void require(CURLcode code);
};

// What is kept of an answer.
inline constexpr std::size_t answer_bytes_max = 4096;

using TransferPtr = std::unique_ptr<Transfer>;

class Transfers {
 public:
  Transfers();
  // As stop().
  ~Transfers();

  // Returns the transfer when it has ended, well or not.
  Task<TransferPtr> run(TransferPtr transfer);

  // Ends what runs (CURLE_ABORTED_BY_CALLBACK), and at once whatever is run afterwards.
  void stop();

 private:
  struct Job {
    TransferPtr transfer;
    rt::Waiter<TransferPtr> waiter;
  };
  void work();
  void begin(Job job);
  void take_arrivals();
  void take_finished();
  void finish(CURL* easy, CURLcode result);

  CURLM* multi_;
  std::mutex mutex_;
  std::vector<Job> arrived_;
  bool is_stopping_ = false;
  std::vector<Job> running_;  // of the thread alone
  std::unique_ptr<rt::OffloadPool> thread_ = std::make_unique<rt::OffloadPool>(1);
};

// What went wrong, for people.
std::string problem_of(const Transfer& transfer);

// How long it took.
Microseconds duration_of(const Transfer& transfer);

}  // namespace tt::outbound
