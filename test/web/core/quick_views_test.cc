#include "web/core/quick_views.h"

#include <doctest/doctest.h>

using namespace tt;
using tt::web::QuickViews;

namespace {

constexpr QuickViews::Effort small{Microseconds(50), Microseconds(70)};
constexpr QuickViews::Effort large{QuickViews::processor_max + Microseconds(1),
                                   QuickViews::elapsed_max};
constexpr QuickViews::Effort asleep{Microseconds(50), QuickViews::elapsed_max + Microseconds(1)};

void note(QuickViews& views, std::string_view path, QuickViews::Effort effort, int times) {
  for (int i = 0; i < times; ++i) views.note("GET", path, effort);
}

}  // namespace

TEST_CASE("a request is quick after enough quick answers, and no sooner") {
  QuickViews views;
  note(views, "/station/1/", small, QuickViews::count_min - 1);
  CHECK_FALSE(views.is_quick("GET", "/station/1/"));
  note(views, "/station/1/", small, 1);
  CHECK(views.is_quick("GET", "/station/1/"));
}

TEST_CASE("answers that sleep or take long end that soon") {
  for (auto effort : {large, asleep}) {
    QuickViews views;
    note(views, "/station/", small, 1000);
    note(views, "/station/", effort, 1);
    CHECK(views.is_quick("GET", "/station/"));  // once may be chance
    note(views, "/station/", effort, 2);
    CHECK_FALSE(views.is_quick("GET", "/station/"));
  }
}

TEST_CASE("a thread that works uses the processor") {
  auto before = tt::web::processor_time();
  volatile std::uint64_t sum = 0;
  while (tt::web::processor_time() - before < Microseconds(1000)) sum = sum + 1;
  CHECK(sum > 0);
}

TEST_CASE("numbers in the path and the query do not count, method and words do") {
  QuickViews views;
  note(views, "/station/1/", small, QuickViews::count_min);
  CHECK(views.is_quick("GET", "/station/23456/"));
  CHECK(views.is_quick("GET", "/station/7/?format=json"));
  CHECK_FALSE(views.is_quick("POST", "/station/1/"));
  CHECK_FALSE(views.is_quick("GET", "/station/abc/"));
  CHECK_FALSE(views.is_quick("GET", "/owner/1/"));
}
