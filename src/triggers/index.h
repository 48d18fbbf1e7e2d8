#pragma once

// Index: all watches, in memory.  Safe to use from any thread.

#include <array>
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "triggers/watch.h"

namespace tt::triggers {

// An edge of one trigger.
struct Change {
  Trigger trigger;  // after it
  State before;
  State after;
  Edge edge = Edge::none;
  bool notifies = false;
};

class Index {
 public:
  void add(Watch watch);
  // False if there is none; what waits goes on waiting.
  bool replace(Watch watch);
  // The same, but what was seen stays, too.
  bool set_settings(TriggerId id, Draft settings);
  bool remove(TriggerId id);

  std::optional<Watch> find(TriggerId id) const;
  // Ascending by id.
  std::vector<TriggerId> of_feed(registry::FeedId feed) const;
  std::vector<TriggerId> all() const;
  // Those that wait for silence, with the time at which it may be there.
  std::vector<std::pair<Microseconds, TriggerId>> silences() const;

  // May say true for a feed without triggers, never false for one with some.  No lock.
  bool may_have(registry::FeedId feed) const noexcept {
    return slots_[slot_of(feed)].load(std::memory_order_relaxed) != 0;
  }

  struct Place {
    registry::FeedId feed = 0;
    std::string_view channel;
  };
  // Shows a reading to all triggers of the channel and appends the edges to `changes`.
  void look(Place place, const Reading& reading, const Moment& moment,
            std::vector<Change>& changes);
  // Shows it to one trigger only, unless that has seen something newer meanwhile.
  void look_again(TriggerId id, const Reading& reading, const Moment& moment,
                  std::vector<Change>& changes);
  // When to look the next time; nullopt if that trigger waits for silence no more.
  std::optional<Microseconds> look_at_silence(TriggerId id, const Moment& moment,
                                              std::vector<Change>& changes);
  // Takes an edge back that could not be stored, so that the next reading makes it again.
  void revert(const Change& change);

  // Room for one more delivery; false if `waiting_max` of that trigger wait.
  bool reserve(TriggerId id, std::size_t waiting_max);
  void release(TriggerId id);

 private:
  static constexpr std::size_t slots = 16'384;
  static std::size_t slot_of(registry::FeedId feed) {
    return static_cast<std::size_t>(feed) % slots;
  }
  struct Key {
    registry::FeedId feed;
    std::string channel;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Place& place) const;
    std::size_t operator()(const Key& key) const { return (*this)(Place{key.feed, key.channel}); }
  };
  struct Equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return a.feed == b.feed && a.channel == b.channel;
    }
  };

  mutable std::mutex mutex_;
  std::unordered_map<TriggerId, Watch> watches_;
  std::unordered_map<Key, std::vector<Watch*>, Hash, Equal> by_place_;
  std::unordered_map<registry::FeedId, std::vector<TriggerId>> by_feed_;
  std::array<std::atomic<std::uint32_t>, slots> slots_{};  // triggers of the feeds of each slot
};

}  // namespace tt::triggers
