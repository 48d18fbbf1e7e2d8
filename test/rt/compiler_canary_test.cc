// The compiler canary: does this compiler destroy what a co_await expression creates exactly once?
//
// Temporaries of a co_await expression live in the coroutine's frame while it is suspended.  GCC 12
// destroys some of them twice, older clangs lose some; either corrupts memory far away from the
// line that is to blame.  Here every way of handing something to an awaited call is tried with an
// object that counts itself.  The count must be back at zero: above it is a leak, below it is a
// second destruction.  The rest of the sources keeps to the few ways that no compiler gets wrong
// (docs/adr/0001-compiler.md); this test tells whether a new compiler may be trusted at all.

#include <doctest/doctest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace {

template <class T = void>
using Awaitable = asio::awaitable<T>;

int living = 0;

struct Counted {
  Counted() { ++living; }
  Counted(const Counted&) { ++living; }
  Counted(Counted&&) noexcept { ++living; }
  Counted& operator=(const Counted&) = default;
  Counted& operator=(Counted&&) = default;
  ~Counted() { --living; }
  int value = 7;
};

struct Aggregate {
  std::string name;
  Counted counted;
};

struct Constructed {
  Constructed(std::string n, Counted c) : name(std::move(n)), counted(std::move(c)) {}
  std::string name;
  Counted counted;
};

// --- the awaited: all of them suspend once before they look at what they were given ------------

Awaitable<> suspend() { co_await asio::post(asio::use_awaitable); }

template <class Call>
Awaitable<int> call_by_value(Call call) {
  co_await suspend();
  co_return call();
}

template <class Call>
Awaitable<int> call_by_reference(const Call& call) {
  co_await suspend();
  co_return call();
}

Awaitable<int> call_function(std::function<int()> call) {
  co_await suspend();
  co_return call();
}

Awaitable<int> take_aggregate(Aggregate given) {
  co_await suspend();
  co_return given.counted.value;
}

Awaitable<int> take_aggregate_reference(const Aggregate& given) {
  co_await suspend();
  co_return given.counted.value;
}

Awaitable<int> take_constructed(Constructed given) {
  co_await suspend();
  co_return given.counted.value;
}

Awaitable<int> take_counted(Counted given) {
  co_await suspend();
  co_return given.value;
}

Awaitable<int> take_vector(std::vector<Counted> given) {
  co_await suspend();
  co_return static_cast<int>(given.size()) + 5;
}

Awaitable<int> take_optional(std::optional<Aggregate> given) {
  co_await suspend();
  co_return given->counted.value;
}

Awaitable<int> take_pointer(std::unique_ptr<Counted> given) {
  co_await suspend();
  co_return given->value;
}

Aggregate make_aggregate() { return Aggregate{"name", Counted{}}; }

// --- the patterns: each returns 7 ----------------------------------------------------------------

Awaitable<int> lambda_in_place() {
  Counted c;
  co_return co_await call_by_value([c] { return c.value; });
}

Awaitable<int> lambda_named_before() {
  Counted c;
  auto call = [c] { return c.value; };
  co_return co_await call_by_value(std::move(call));
}

Awaitable<int> lambda_as_function() {
  Counted c;
  co_return co_await call_function([c] { return c.value; });
}

Awaitable<int> lambda_by_reference() {
  Counted c;
  co_return co_await call_by_reference([c] { return c.value; });
}

Awaitable<int> lambda_that_makes_its_capture() {
  std::string text = "abcdefghijklmnopqrstuvwxyz";  // too long to be kept inside the string object
  Counted c;
  co_return co_await call_by_value(
      [text = text + "x", c] { return static_cast<int>(text.size()) - 20; });
}

Awaitable<int> lambda_in_a_condition() {
  Counted c;
  if (co_await call_by_value([c] { return c.value; }) != 7) co_return 0;
  co_return 7;
}

Awaitable<int> lambda_given_before_the_await() {
  Counted c;
  auto task = call_by_value([c] { return c.value; });
  co_return co_await std::move(task);
}

Awaitable<int> aggregate_in_place() {
  co_return co_await take_aggregate(Aggregate{"name", Counted{}});
}

Awaitable<int> aggregate_from_braces() { co_return co_await take_aggregate({"name", {}}); }

Awaitable<int> aggregate_from_designators() {
  co_return co_await take_aggregate({.name = "name", .counted = {}});
}

Awaitable<int> aggregate_named_before() {
  Aggregate given{"name", Counted{}};
  co_return co_await take_aggregate(std::move(given));
}

Awaitable<int> aggregate_from_a_function() { co_return co_await take_aggregate(make_aggregate()); }

Awaitable<int> aggregate_by_reference() {
  co_return co_await take_aggregate_reference(Aggregate{"name", Counted{}});
}

Awaitable<int> aggregate_given_before_the_await() {
  auto task = take_aggregate(Aggregate{"name", Counted{}});
  co_return co_await std::move(task);
}

Awaitable<int> aggregate_into_an_optional() {
  co_return co_await take_optional(Aggregate{"name", Counted{}});
}

Awaitable<int> constructed_in_place() {
  co_return co_await take_constructed(Constructed("name", Counted{}));
}

Awaitable<int> constructed_from_braces() {
  co_return co_await take_constructed({"name", Counted{}});
}

Awaitable<int> counted_in_place() { co_return co_await take_counted(Counted{}); }

Awaitable<int> counted_from_braces() { co_return co_await take_counted({}); }

Awaitable<int> vector_from_braces() { co_return co_await take_vector({Counted{}, Counted{}}); }

Awaitable<int> pointer_in_place() { co_return co_await take_pointer(std::make_unique<Counted>()); }

Awaitable<int> spawned_lambda_in_place() {
  Counted c;
  auto executor = co_await asio::this_coro::executor;
  co_await asio::co_spawn(
      executor, [c]() -> Awaitable<> { co_await suspend(); }, asio::use_awaitable);
  co_return c.value;
}

Awaitable<int> spawned_lambda_named_before() {
  Counted c;
  auto executor = co_await asio::this_coro::executor;
  auto body = [c]() -> Awaitable<> { co_await suspend(); };
  co_await asio::co_spawn(executor, std::move(body), asio::use_awaitable);
  co_return c.value;
}

Awaitable<int> spawned_lambda_left_alone() {
  Counted c;
  auto executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, [c]() -> Awaitable<> { co_await suspend(); }, asio::detached);
  co_return c.value;
}

struct Pattern {
  const char* name;
  Awaitable<int> (*run)();
};

constexpr Pattern patterns[] = {
    {"lambda in place", lambda_in_place},
    {"lambda named before", lambda_named_before},
    {"lambda as std::function", lambda_as_function},
    {"lambda by reference", lambda_by_reference},
    {"lambda that makes its capture", lambda_that_makes_its_capture},
    {"lambda in a condition", lambda_in_a_condition},
    {"lambda given before the await", lambda_given_before_the_await},
    {"aggregate in place", aggregate_in_place},
    {"aggregate from braces", aggregate_from_braces},
    {"aggregate from designators", aggregate_from_designators},
    {"aggregate named before", aggregate_named_before},
    {"aggregate from a function", aggregate_from_a_function},
    {"aggregate by reference", aggregate_by_reference},
    {"aggregate given before the await", aggregate_given_before_the_await},
    {"aggregate into an optional", aggregate_into_an_optional},
    {"constructed in place", constructed_in_place},
    {"constructed from braces", constructed_from_braces},
    {"counted in place", counted_in_place},
    {"counted from braces", counted_from_braces},
    {"vector from braces", vector_from_braces},
    {"pointer in place", pointer_in_place},
    {"spawned lambda in place", spawned_lambda_in_place},
    {"spawned lambda named before", spawned_lambda_named_before},
    {"spawned lambda left alone", spawned_lambda_left_alone},
};

// What the pattern returned; nullopt if it threw or never ended.
std::optional<int> run(const Pattern& pattern) {
  std::optional<int> result;
  asio::io_context context;
  asio::co_spawn(context, pattern.run(), [&](std::exception_ptr failure, int value) {
    if (!failure) result = value;
  });
  context.run();
  return result;
}

}  // namespace

TEST_CASE("what a co_await expression creates is destroyed exactly once") {
  static_assert(std::size(patterns) == 24);
  for (const Pattern& pattern : patterns) {
    std::string name = pattern.name;
    CAPTURE(name);
    living = 0;
    CHECK(run(pattern) == std::optional(7));
    CHECK(living == 0);
  }
}
