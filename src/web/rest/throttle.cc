#include "web/rest/throttle.h"

#include "base/text.h"

namespace tt::web::rest {

std::optional<Rate> parse_rate(std::string_view text) {
  std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 >= text.size()) return std::nullopt;
  Rate rate;
  auto requests = parse_number<decltype(rate.requests)>(text.substr(0, slash));
  if (!requests) return std::nullopt;
  rate.requests = *requests;
  switch (text[slash + 1]) {
    case 's': rate.period = std::chrono::seconds(1); break;
    case 'm': rate.period = std::chrono::minutes(1); break;
    case 'h': rate.period = std::chrono::hours(1); break;
    case 'd': rate.period = std::chrono::days(1); break;
    default: return std::nullopt;
  }
  return rate;
}

std::optional<Microseconds> RequestHistory::take(std::string_view client, const Rate& rate,
                                                 Microseconds now) {
  if (rate.requests == 0) return rate.period;
  std::scoped_lock lock(mutex_);
  auto found = by_name_.find(client);
  if (found == by_name_.end()) {
    clients_.push_front({std::string(client), {}});
    found = by_name_.emplace(clients_.front().name, clients_.begin()).first;
  } else {
    clients_.splice(clients_.begin(), clients_, found->second);
  }
  auto& requests = found->second->requests;
  while (!requests.empty() && requests.front() <= now - rate.period) {
    requests.pop_front();
    --entries_;
  }
  if (requests.size() >= rate.requests) {
    return rate.period - (now - requests.front());
  }
  requests.push_back(now);
  ++entries_;
  while (entries_ > entries_max_ && clients_.size() > 1) forget_oldest();
  return std::nullopt;
}

void RequestHistory::forget_oldest() {
  entries_ -= clients_.back().requests.size();
  by_name_.erase(clients_.back().name);
  clients_.pop_back();
}

std::size_t RequestHistory::entries() const {
  std::scoped_lock lock(mutex_);
  return entries_;
}

}  // namespace tt::web::rest
