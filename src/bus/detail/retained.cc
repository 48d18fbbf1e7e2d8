#include "bus/detail/retained.h"

#include <boost/asio/co_spawn.hpp>
#include <unordered_set>

#include "base/log.h"
#include "bus/topic.h"

namespace tt::bus::detail {
namespace {

constexpr std::string_view key_prefix = "bus/retained/";
constexpr char format_version = 1;
constexpr unsigned flag_at_least_once = 1;
constexpr unsigned flag_has_time = 2;
constexpr std::size_t load_portion = 1000;
constexpr std::size_t find_portion = 256;   // messages handed out at once …
constexpr std::size_t look_portion = 4096;  // … of at most so many looked at

std::string key_of(std::string_view topic) {
  std::string key(key_prefix);
  key.append(topic);
  return key;
}

void append_little_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

std::uint64_t take_little_endian(std::string_view& in, unsigned bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<unsigned char>(in[i])} << (8 * i);
  }
  in.remove_prefix(bytes);
  return value;
}

// The part of `filter` before its first wildcard level: every topic that matches starts with it.
// "a/#" also matches "a", hence without the last slash.
std::string_view literal_start(std::string_view filter) {
  auto wildcard = filter.find_first_of("+#");
  if (wildcard == filter.npos) return filter;
  return filter.substr(0, wildcard == 0 ? 0 : wildcard - 1);
}

}  // namespace

std::string encode_retained(const Message& message) {
  unsigned flags =
      (message.at_least_once ? flag_at_least_once : 0) | (message.at ? flag_has_time : 0);
  std::string value;
  value.reserve(12 + message.content_type.size() + message.payload.size());
  value.push_back(format_version);
  value.push_back(static_cast<char>(flags));
  if (message.at) append_little_endian(value, static_cast<std::uint64_t>(to_us(*message.at)), 8);
  append_little_endian(value, message.content_type.size(), 2);
  value.append(message.content_type).append(message.payload);
  return value;
}

Result<Message> decode_retained(std::string topic, std::string_view value) {
  auto in = value;
  if (in.size() < 2 || in[0] != format_version) return problem("unknown version");
  auto flags = static_cast<unsigned>(in[1]);
  in.remove_prefix(2);
  Message message;
  message.topic = std::move(topic);
  message.retain = true;
  message.at_least_once = (flags & flag_at_least_once) != 0;
  if ((flags & flag_has_time) != 0) {
    if (in.size() < 8) return problem("cut off in the time", value.size());
    message.at = from_us(static_cast<std::int64_t>(take_little_endian(in, 8)));
  }
  if (in.size() < 2) return problem("cut off before the content type", value.size());
  auto length = take_little_endian(in, 2);
  if (in.size() < length) return problem("cut off in the content type", value.size());
  message.content_type = in.substr(0, length);
  message.payload = in.substr(length);
  return message;
}

Retained::Retained(rt::Loop& loop, store::Kv& kv, std::size_t messages_max, Metrics& metrics)
    : loop_(loop),
      kv_(kv),
      messages_max_(messages_max),
      count_(metrics.gauge("thingtank_bus_retained_messages", "Topics with a retained message.")),
      dropped_(metrics.counter("thingtank_bus_retained_dropped_total",
                               "Messages not retained because there are too many already.")) {}

Task<> Retained::load() {
  auto range = store::prefix_range(key_prefix);
  while (true) {
    auto entries = co_await kv_.scan(range, load_portion);
    for (auto& entry : entries) {
      auto message = decode_retained(entry.key.substr(key_prefix.size()), entry.value.bytes);
      if (!message) {
        throw Error(Code::corrupt, "the retained message under the key '" + entry.key +
                                       "' is damaged: " + message.error().message);
      }
      apply(std::make_shared<const Message>(std::move(*message)));
    }
    if (entries.size() < load_portion) co_return;
    range.begin = entries.back().key + '\0';
  }
}

void Retained::check_room(const std::vector<Message>& messages) const {
  auto is_kept = [](const Message& m) { return m.retain && !m.payload.empty(); };
  if (std::ranges::none_of(messages, is_kept)) return;
  std::shared_lock lock(cache_mutex_);
  auto is_new = [&](const Message& m) { return is_kept(m) && !cache_.contains(m.topic); };
  auto count_new = static_cast<std::size_t>(std::ranges::count_if(messages, is_new));
  if (count_new == 0 || cache_.size() + count_new <= messages_max_) return;
  throw Error(Code::exhausted, "there are already " + std::to_string(cache_.size()) +
                                   " retained messages (limits.retained_messages_max)");
}

Task<> Retained::store(std::vector<MessagePtr> messages) {
  std::erase_if(messages, [](const MessagePtr& m) { return !m->retain; });
  if (messages.empty()) co_return;
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    std::lock_guard lock(pending_mutex_);
    pending_.push_back(Pending{std::move(messages), std::move(waiter)});
    if (!std::exchange(writing_, true)) start_writing();
  };
  co_await rt::wait<rt::Done>(start);
}

// No rt::Scope: the writer is joined through the publishers, who wait for it, and through join();
// and when the loops have been stopped for good, a writer that will never go on harms nobody.
void Retained::start_writing() {
  auto ended = [](std::exception_ptr failure) { TT_ASSERT(failure == nullptr); };
  loop_.post([this, ended] { boost::asio::co_spawn(loop_.executor(), write_pending(), ended); });
}

Task<> Retained::join() {
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    std::lock_guard lock(pending_mutex_);
    if (writing_) return joining_.push_back(std::move(waiter));
    waiter.post_resume(rt::Done{});
  };
  co_await rt::wait<rt::Done>(start);
}

std::vector<Retained::Pending> Retained::take_pending() {
  std::vector<rt::Waiter<rt::Done>> joined;
  std::vector<Pending> taken;
  {
    std::lock_guard lock(pending_mutex_);
    writing_ = !pending_.empty();
    taken.swap(pending_);
    if (!writing_) joined.swap(joining_);
  }
  for (auto& waiter : joined) waiter.post_resume(rt::Done{});
  return taken;
}

Task<> Retained::write_pending() {
  for (auto group = take_pending(); !group.empty(); group = take_pending()) {
    std::exception_ptr failure;
    drop_surplus(group);
    auto batch = make_batch(group);
    try {
      co_await kv_.commit(std::move(batch));
      apply(group);
    } catch (...) {
      failure = std::current_exception();  // belongs to the publishers
    }
    for (auto& pending : group) {
      if (failure) {
        pending.waiter.post_fail(failure);
      } else {
        pending.waiter.post_resume(rt::Done{});
      }
    }
  }
}

// Publishers of several loops may pass check_room() together; the one writer decides.
void Retained::drop_surplus(std::vector<Pending>& group) {
  std::unordered_set<std::string_view> added;
  for (auto& pending : group) {
    std::erase_if(pending.messages, [&](const MessagePtr& message) {
      if (message->payload.empty() || cache_.contains(message->topic)) return false;
      if (added.contains(message->topic)) return false;
      if (cache_.size() + added.size() < messages_max_) {
        added.insert(message->topic);
        return false;
      }
      log::warn("message not retained: limits.retained_messages_max", {{"topic", message->topic}});
      dropped_.Increment();
      return true;
    });
  }
}

store::Batch Retained::make_batch(const std::vector<Pending>& group) const {
  store::Batch batch;
  for (const auto& pending : group) {
    for (const auto& message : pending.messages) {
      auto key = key_of(message->topic);
      if (message->payload.empty()) {
        batch.erase(std::move(key));
      } else {
        batch.put(std::move(key), encode_retained(*message));
      }
    }
  }
  return batch;
}

void Retained::apply(const std::vector<Pending>& group) {
  for (const auto& pending : group) {
    for (const auto& message : pending.messages) apply(message);
  }
}

void Retained::apply(const MessagePtr& message) {
  std::lock_guard lock(cache_mutex_);
  if (message->payload.empty()) {
    cache_.erase(message->topic);
  } else {
    cache_.insert_or_assign(message->topic, message);
  }
  count_.Set(static_cast<double>(cache_.size()));
}

Retained::Portion Retained::find(std::string_view filter,
                                 const std::optional<std::string>& after) const {
  Portion portion;
  std::shared_lock lock(cache_mutex_);
  if (!has_wildcard(filter)) {
    auto found = cache_.find(filter);
    if (found != cache_.end()) portion.messages.push_back(found->second);
    return portion;
  }
  auto start = literal_start(filter);
  auto at = after ? cache_.upper_bound(*after) : cache_.lower_bound(start);
  for (std::size_t looked = 0; at != cache_.end() && at->first.starts_with(start); ++at) {
    if (matches(filter, at->first)) portion.messages.push_back(at->second);
    if (++looked < look_portion && portion.messages.size() < find_portion) continue;
    portion.next = at->first;
    break;
  }
  return portion;
}

std::size_t Retained::size() const {
  std::shared_lock lock(cache_mutex_);
  return cache_.size();
}

}  // namespace tt::bus::detail
