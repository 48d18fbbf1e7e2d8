#include "gateway/mqtt/clients.h"

namespace tt::gateway::mqtt {

// "If the ClientId represents a Client already connected to the Server then the Server MUST
//  disconnect the existing Client."                                                 [MQTT-3.1.4-2]
Task<Clients::Ticket> Clients::enter(identity::AccountId account, std::string client_id,
                                     Client& client, rt::Loop& loop) {
  auto name = std::to_string(account) + '/' + client_id;
  Ticket ticket = 0;
  Ticket earlier = 0;
  rt::Loop* earlier_loop = nullptr;
  {
    std::lock_guard lock(mutex_);
    ticket = ++last_;
    earlier = std::exchange(newest_[name], ticket);
    if (earlier != 0) earlier_loop = entries_.at(earlier).loop;
    entries_.emplace(ticket, Entry{std::move(name), &client, &loop});
  }
  if (earlier == 0) co_return ticket;
  auto start = [&](rt::Waiter<rt::Done> waiter) {
    earlier_loop->post([this, earlier, waiter = std::move(waiter)]() mutable {
      take_over(earlier);
      waiter.post_resume(rt::Done{});
    });
  };
  co_await rt::wait<rt::Done>(start);
  co_return ticket;
}

void Clients::take_over(Ticket ticket) {
  Client* client = nullptr;
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(ticket);
    if (found == entries_.end()) return;
    client = found->second.client;
  }
  client->taken_over();  // it leaves on this loop, so it is still there
}

void Clients::leave(Ticket ticket) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(ticket);
  if (found == entries_.end()) return;
  auto newest = newest_.find(found->second.name);
  if (newest != newest_.end() && newest->second == ticket) newest_.erase(newest);
  entries_.erase(found);
}

std::size_t Clients::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace tt::gateway::mqtt
