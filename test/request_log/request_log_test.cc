#include "request_log/request_log.h"

#include <doctest/doctest.h>

#include <thread>

using namespace tt;
using namespace tt::request_log;

namespace {

Exchange exchange(std::string target, std::string body = {}) {
  Exchange made;
  made.method = "PUT";
  made.target = std::move(target);
  made.request_body = std::move(body);
  made.status = 200;
  return made;
}

std::vector<std::string> targets(const std::vector<ExchangePtr>& exchanges) {
  std::vector<std::string> texts;
  for (const auto& each : exchanges) texts.push_back(each->target);
  return texts;
}

using Targets = std::vector<std::string>;

}  // namespace

TEST_CASE("the newest come first, each feed has its own") {
  Limits limits;
  RequestLog log(limits);
  log.add(1, exchange("/a"));
  log.add(2, exchange("/other"));
  log.add(1, exchange("/b"));
  CHECK(targets(log.recent(1, 10)) == Targets{"/b", "/a"});
  CHECK(targets(log.recent(1, 1)) == Targets{"/b"});
  CHECK(log.recent(3, 10).empty());
}

TEST_CASE("numbers ascend over all feeds, and find() knows them") {
  Limits limits;
  RequestLog log(limits);
  log.add(1, exchange("/a"));
  log.add(2, exchange("/b"));
  log.add(1, exchange("/c"));
  auto first = log.recent(1, 10).back();
  auto last = log.recent(1, 10).front();
  CHECK(first->number < log.recent(2, 1).front()->number);
  CHECK(log.recent(2, 1).front()->number < last->number);
  CHECK(log.find(1, last->number) == last);
  CHECK(log.find(2, last->number) == nullptr);
  CHECK(log.find(1, last->number + 1) == nullptr);
}

TEST_CASE("a feed keeps so many exchanges, the oldest go") {
  Limits limits;
  limits.logged_requests_per_feed_max = 3;
  RequestLog log(limits);
  for (int i = 0; i < 5; ++i) log.add(1, exchange(std::to_string(i)));
  CHECK(targets(log.recent(1, 10)) == Targets{"4", "3", "2"});
}

TEST_CASE("bodies are cut between characters, and their whole size is told") {
  Limits limits;
  limits.logged_body_bytes_max = 4;
  RequestLog log(limits);
  log.add(1, exchange("/a", "abcé"));
  auto cut = log.recent(1, 1).front();
  CHECK(cut->request_body == "abc");
  CHECK(cut->request_body_bytes == 5);

  auto part = exchange("/b", "ab");
  part.request_body_bytes = 1000;  // the caller did not copy the rest
  log.add(1, std::move(part));
  CHECK(log.recent(1, 1).front()->request_body_bytes == 1000);
}

TEST_CASE("all feeds together keep so many bytes: those that were not used for long go first") {
  Limits limits;
  limits.logged_request_bytes_max = 8 * 8'000;
  RequestLog log(limits);
  // These share a part of the log.
  log.add(8, exchange("/8", std::string(3'000, 'x')));
  log.add(16, exchange("/16", std::string(3'000, 'x')));
  log.add(8, exchange("/8"));  // used again
  log.add(24, exchange("/24", std::string(3'000, 'x')));
  CHECK(log.recent(16, 10).empty());
  CHECK(log.recent(8, 10).size() == 2);
  CHECK(log.recent(24, 10).size() == 1);
}

TEST_CASE("one feed that says too much loses its oldest exchanges, never the newest") {
  Limits limits;
  limits.logged_request_bytes_max = 8 * 8'000;
  RequestLog log(limits);
  for (int i = 0; i < 5; ++i) log.add(1, exchange(std::to_string(i), std::string(3'000, 'x')));
  CHECK(targets(log.recent(1, 10)) == Targets{"4", "3"});
  log.add(1, exchange("large", std::string(16'000, 'x')));
  CHECK(targets(log.recent(1, 10)) == Targets{"large"});
}

TEST_CASE("a watcher hears its feed until unwatch() returns") {
  Limits limits;
  RequestLog log(limits);
  Targets heard;
  auto id = log.watch(1, [&](const ExchangePtr& added) { heard.push_back(added->target); });
  Targets heard_too;
  auto other = log.watch(1, [&](const ExchangePtr& added) { heard_too.push_back(added->target); });
  log.add(1, exchange("/a"));
  log.add(2, exchange("/not mine"));
  log.unwatch(1, id);
  log.add(1, exchange("/b"));
  log.unwatch(1, other);
  log.add(1, exchange("/c"));
  CHECK(heard == Targets{"/a"});
  CHECK(heard_too == Targets{"/a", "/b"});
}

TEST_CASE("threads add at once, and every watcher hears each number once and in order") {
  Limits limits;
  limits.logged_requests_per_feed_max = 1'000;
  RequestLog log(limits);
  std::vector<std::uint64_t> numbers;
  auto id = log.watch(1, [&](const ExchangePtr& added) { numbers.push_back(added->number); });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) log.add(1, exchange("/a"));
    });
  }
  for (auto& thread : threads) thread.join();
  log.unwatch(1, id);
  CHECK(numbers.size() == 400);
  CHECK(std::ranges::is_sorted(numbers));
  CHECK(log.recent(1, 1'000).size() == 400);
}
