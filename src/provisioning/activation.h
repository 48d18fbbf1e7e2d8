#pragma once

// Activation: a device becomes a feed with a key of its own.  All functions block; each is one part
// of a transaction, so that of two simultaneous activations one finds the device activated.

#include <string_view>

#include "provisioning/rows.h"

namespace tt::provisioning {

// Makes the feed, unless the device has one already, and a new key for it, and marks the device as
// activated.  `change` and `channels` are what a new feed is made of.
struct ActivationOrder {
  const Product& product;
  DeviceRow& device;  // as stored; gets feed, key and time
  const registry::FeedChange& change;
  std::span<const registry::ChannelChange> channels;
  std::string_view key_name;  // the NAME in the label of the key
  Time now;
};
struct Made {
  Activation activation;
  std::optional<registry::Feed> new_feed;  // to be adopted by the registry
};
Made activate(orm::Session& session, const ActivationOrder& order, const Limits& limits);

// What an activated device was given; the key is empty if it has been deleted.
Activation activation_of(orm::Session& session, const DeviceRow& device);

// True if `caller` is the device itself or holds a master key of its owner.
bool may_ask_again(const identity::Caller* caller, const ProductRow& product,
                   const DeviceRow& device, Time now);

// "Auto-generated NAME device key for feed ID", the name cut to fit into a label.
std::string key_label(std::string_view name, registry::FeedId feed);

// 12 characters that people do not mix up when they read them to each other.
std::string random_serial();

}  // namespace tt::provisioning
