#include "outbound/transfers.h"

#include <algorithm>

#include "base/error.h"

namespace tt::outbound {
namespace {

// Wakes for arrivals and for what libcurl waits for; this is only a bound.
constexpr int wait_ms_max = 60'000;
constexpr long connections_kept_max = 256;

void initialise_once() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Error(Code::internal, curl_easy_strerror(code));
}

// Never asks for less than all, or libcurl takes it for a failure.
std::size_t keep_answer(char* bytes, std::size_t, std::size_t size, void* into) {
  auto& answer = static_cast<Transfer*>(into)->answer;
  answer.append(bytes, std::min(size, answer_bytes_max - answer.size()));
  // Enough is known; a peer that goes on for ever must not hold the transfer.
  return answer.size() < answer_bytes_max ? size : CURL_WRITEFUNC_ERROR;
}

}  // namespace

Transfer::Transfer() {
  initialise_once();
  easy = curl_easy_init();
  if (!easy) throw Error(Code::internal, "libcurl gives no handle");
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, details);
  set(CURLOPT_NOSIGNAL, 1L);
  // What the environment says about proxies is for people's shells; it would also hide the peer's
  // address from the check.
  set(CURLOPT_PROXY, "");
  set(CURLOPT_WRITEFUNCTION, keep_answer);
  set(CURLOPT_WRITEDATA, this);
}

Transfer::~Transfer() {
  curl_easy_cleanup(easy);
  curl_slist_free_all(lines);
}

void Transfer::require(CURLcode code) {
  if (code != CURLE_OK) throw Error(Code::internal, curl_easy_strerror(code));
}

void Transfer::add_line(const std::string& line) {
  auto* longer = curl_slist_append(lines, line.c_str());
  if (!longer) throw std::bad_alloc();
  lines = longer;
}

Transfers::Transfers() {
  initialise_once();
  multi_ = curl_multi_init();
  if (!multi_) throw Error(Code::internal, "libcurl gives no handle");
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, connections_kept_max);
  thread_->submit([this] { work(); });
}

Transfers::~Transfers() {
  stop();
  curl_multi_cleanup(multi_);
}

Task<TransferPtr> Transfers::run(TransferPtr transfer) {
  auto start = [&](rt::Waiter<TransferPtr> waiter) {
    bool is_late = false;
    {
      std::lock_guard lock(mutex_);
      is_late = is_stopping_;
      if (!is_late) arrived_.push_back({std::move(transfer), std::move(waiter)});
    }
    if (is_late) {
      transfer->result = CURLE_ABORTED_BY_CALLBACK;
      waiter.post_resume(std::move(transfer));
    } else {
      curl_multi_wakeup(multi_);
    }
  };
  co_return co_await rt::wait<TransferPtr>(start);
}

void Transfers::stop() {
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.reset();
}

void Transfers::work() {
  while (true) {
    take_arrivals();
    {
      std::lock_guard lock(mutex_);
      if (is_stopping_) break;
    }
    int running = 0;
    curl_multi_perform(multi_, &running);
    take_finished();
    curl_multi_poll(multi_, nullptr, 0, wait_ms_max, nullptr);
  }
  while (!running_.empty()) finish(running_.back().transfer->easy, CURLE_ABORTED_BY_CALLBACK);
}

void Transfers::begin(Job job) {
  auto* easy = job.transfer->easy;
  running_.push_back(std::move(job));
  if (curl_multi_add_handle(multi_, easy) != CURLM_OK) finish(easy, CURLE_FAILED_INIT);
}

void Transfers::take_arrivals() {
  std::vector<Job> arrived;
  {
    std::lock_guard lock(mutex_);
    arrived.swap(arrived_);
  }
  for (auto& job : arrived) begin(std::move(job));
}

void Transfers::take_finished() {
  int left = 0;
  while (auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
  }
}

void Transfers::finish(CURL* easy, CURLcode result) {
  curl_multi_remove_handle(multi_, easy);
  auto is_it = [&](const Job& job) { return job.transfer->easy == easy; };
  auto found = std::ranges::find_if(running_, is_it);
  TT_ASSERT(found != running_.end());
  std::swap(*found, running_.back());
  auto job = std::move(running_.back());
  running_.pop_back();
  job.transfer->result = result;
  job.waiter.post_resume(std::move(job.transfer));
}

std::string problem_of(const Transfer& transfer) {
  if (transfer.details[0] != '\0') return transfer.details;
  return curl_easy_strerror(transfer.result);
}

Microseconds duration_of(const Transfer& transfer) {
  curl_off_t duration_us = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_TOTAL_TIME_T, &duration_us);
  return Microseconds(duration_us);
}

}  // namespace tt::outbound
