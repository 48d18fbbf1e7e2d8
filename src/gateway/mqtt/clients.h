#pragma once

// Clients: who is connected, by client identifier, on all loops.
//
// Identifiers are the account's own: two accounts may use the same one without disturbing each
// other.

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "identity/caller.h"
#include "rt/loop.h"
#include "rt/waiter.h"

namespace tt::gateway::mqtt {

class Client {
 public:
  virtual ~Client() = default;
  // Another connection uses this one's identifier: close.  Called on the client's loop.
  virtual void taken_over() noexcept = 0;
};

class Clients {
 public:
  // One connection's entry; 0 is none.
  using Ticket = std::uint64_t;

  // Enters `client`, which lives on `loop`, the calling one.  When the Task returns, a connection
  // that used the same identifier before has been told to close.
  Task<Ticket> enter(identity::AccountId account, std::string client_id, Client& client,
                     rt::Loop& loop);
  // On the loop of the client; afterwards it is not called any more.
  void leave(Ticket ticket);

  std::size_t size() const;

 private:
  struct Entry {
    std::string name;
    Client* client;
    rt::Loop* loop;
  };
  void take_over(Ticket ticket);

  mutable std::mutex mutex_;
  std::unordered_map<Ticket, Entry> entries_;
  std::unordered_map<std::string, Ticket> newest_;  // by account and identifier
  Ticket last_ = 0;
};

}  // namespace tt::gateway::mqtt
