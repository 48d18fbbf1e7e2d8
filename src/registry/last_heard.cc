#include "registry/last_heard.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace tt::registry {
namespace {

constexpr std::string_view save_page =
    "INSERT INTO registry_heard (page, times) VALUES (?, ?) "
    "ON CONFLICT (page) DO UPDATE SET times = excluded.times";
constexpr std::string_view load_pages = "SELECT page, times FROM registry_heard ORDER BY page";
constexpr std::string_view newer_feeds = "SELECT id, updated FROM registry_feed WHERE id > ?";

// What `place` points to, made now if it is nothing.
template <class T>
T& made(std::atomic<T*>& place, std::vector<std::unique_ptr<T>>& kept) {
  if (auto* there = place.load()) return *there;
  kept.push_back(std::make_unique<T>());
  place.store(kept.back().get(), std::memory_order_release);
  return *kept.back();
}

}  // namespace

LastHeard::Page* LastHeard::page(std::size_t number) const noexcept {
  if (number >= books_max * book_pages) return nullptr;
  const auto* book = books_[number / book_pages].load(std::memory_order_acquire);
  return book ? book->pages[number % book_pages].load(std::memory_order_acquire) : nullptr;
}

LastHeard::Page& LastHeard::make_page(std::size_t number) {
  TT_ASSERT(number < books_max * book_pages);
  std::lock_guard lock(making_);
  auto& book = made(books_[number / book_pages], kept_books_);
  return made(book.pages[number % book_pages], kept_pages_);
}

void LastHeard::put(FeedId id, Time at) noexcept {
  auto index = static_cast<std::size_t>(id);
  auto* found = page(index / page_feeds);
  auto& page = found ? *found : make_page(index / page_feeds);
  auto& place = page.times_us[index % page_feeds];
  auto now = to_us(at);
  auto before = place.load(std::memory_order_relaxed);
  while (before < now && !place.compare_exchange_weak(before, now)) {
  }
  if (!page.is_changed.load(std::memory_order_relaxed)) page.is_changed = true;
}

void LastHeard::forget(FeedId id) noexcept {
  auto index = static_cast<std::size_t>(id);
  auto* found = page(index / page_feeds);
  if (!found) return;
  found->times_us[index % page_feeds] = 0;
  found->is_changed = true;
}

std::optional<Time> LastHeard::find(FeedId id) const noexcept {
  auto index = static_cast<std::size_t>(id);
  const auto* found = page(index / page_feeds);
  if (!found) return std::nullopt;
  auto at = found->times_us[index % page_feeds].load(std::memory_order_relaxed);
  return at == 0 ? std::nullopt : std::optional(from_us(at));
}

FeedId LastHeard::id_max() const {
  for (std::size_t number = books_max * book_pages; number-- > 0;) {
    if (!books_[number / book_pages]) {
      number -= number % book_pages;
      continue;
    }
    const auto* found = page(number);
    if (!found) continue;
    for (std::size_t i = page_feeds; i-- > 0;) {
      if (found->times_us[i] != 0) return static_cast<FeedId>(number * page_feeds + i);
    }
  }
  return 0;
}

void LastHeard::load(orm::Session& session) {
  for (const auto& row : session.query(load_pages)) {
    const auto* times = std::get_if<orm::Bytes>(&row[1]);
    std::array<std::int64_t, page_feeds> stored{};
    if (!times || times->bytes.size() != sizeof(stored)) continue;
    std::memcpy(stored.data(), times->bytes.data(), sizeof(stored));
    auto& page = make_page(static_cast<std::size_t>(orm::as_integer(row[0])));
    std::ranges::copy(stored, page.times_us.begin());
  }
  for (const auto& row : session.query(newer_feeds, {id_max()})) {
    put(orm::as_integer(row[0]), from_us(orm::as_integer(row[1])));
  }
}

void LastHeard::save(orm::Session& session) {
  std::vector<std::pair<std::int64_t, Page*>> changed;
  for (std::size_t number = 0; number < books_max * book_pages; ++number) {
    if (!books_[number / book_pages]) {
      number += book_pages - 1;
      continue;
    }
    auto* found = page(number);
    bool is_changed = found && found->is_changed.exchange(false);
    if (is_changed) changed.emplace_back(static_cast<std::int64_t>(number), found);
  }
  if (changed.empty()) return;
  auto write = [&](orm::Session& inside) {
    for (auto [number, page] : changed) {
      std::array<std::int64_t, page_feeds> times{};
      std::ranges::copy(page->times_us, times.begin());
      orm::Bytes bytes{std::string(reinterpret_cast<const char*>(times.data()), sizeof(times))};
      inside.execute(save_page, {number, std::move(bytes)});
    }
  };
  try {
    session.transact(write);
  } catch (...) {
    for (auto [number, page] : changed) page->is_changed = true;  // they are to be written still
    throw;
  }
}

}  // namespace tt::registry
