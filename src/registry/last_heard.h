#pragma once

// LastHeard: when each feed was last heard of, in memory, eight bytes a feed.
//
// Every reading of every protocol ends here, so put() takes no lock: it writes one number.  Now and
// then the pages that have changed are written to the table registry_heard; what came after that is
// lost with a crash, until the feed is heard of again.

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "orm/database.h"
#include "registry/registry.h"

namespace tt::registry {

class LastHeard {
 public:
  static constexpr const char* table =
      "CREATE TABLE registry_heard (page INTEGER PRIMARY KEY, times BLOB NOT NULL)";

  // From any thread, as all that follows.  An earlier time than the known one changes nothing.
  void put(FeedId id, Time at) noexcept;
  void forget(FeedId id) noexcept;
  // nullopt if it is not known.
  std::optional<Time> find(FeedId id) const noexcept;

  // Blocks.  What was saved, and the feeds that were made since.
  void load(orm::Session& session);
  // Blocks.
  void save(orm::Session& session);

 private:
  // 4,096 books of 1,024 pages of 1,024 feeds, each made when it is first needed.
  static constexpr std::size_t page_feeds = 1024;
  static constexpr std::size_t book_pages = 1024;
  static constexpr std::size_t books_max = 4096;
  struct Page {
    std::array<std::atomic<std::int64_t>, page_feeds> times_us{};  // 0: not known
    std::atomic<bool> is_changed = false;
  };
  struct Book {
    std::array<std::atomic<Page*>, book_pages> pages{};
  };

  // nullptr if there is none.
  Page* page(std::size_t number) const noexcept;
  Page& make_page(std::size_t number);
  FeedId id_max() const;

  std::array<std::atomic<Book*>, books_max> books_{};
  std::mutex making_;
  std::vector<std::unique_ptr<Book>> kept_books_;
  std::vector<std::unique_ptr<Page>> kept_pages_;
};

}  // namespace tt::registry
