#pragma once

// Entries of the audit about feeds and keys, in the words that every edge uses.

#include "host/host.h"

namespace tt {

// "feed.create"
Task<> record_creation(Services& services, const identity::Caller& caller, registry::FeedPtr feed);
// "feed.update" with what is different for people: "title: 'Attic' → 'Roof'".  Nothing if nothing
// is, as after a request that brought readings only.
Task<> record_change(Services& services, const identity::Caller& caller, registry::FeedPtr before,
                     registry::FeedPtr after);
// "feed.delete", "channel.delete": what was there before.
Task<> record_removal(Services& services, const identity::Caller& caller, registry::FeedPtr feed);
Task<> record_channel_removal(Services& services, const identity::Caller& caller,
                              registry::FeedPtr feed, std::string channel);
// "feed.import"
Task<> record_import(Services& services, const identity::Caller& caller, registry::FeedPtr feed,
                     std::string detail);

// "key.create", "key.update", "key.delete", "key.regenerate": named by its label alone.
struct KeyDeed {
  std::string_view action;
  identity::AccountId owner = 0;
  std::string_view label;
};
Task<> record_key(Services& services, const identity::Caller& caller, KeyDeed deed);

// "title: 'Attic' → 'Roof'; channel 'a' added"; empty if nothing that stays is different.
std::string difference(const registry::Feed& before, const registry::Feed& after);

}  // namespace tt
