#pragma once

// Provisioning: products, their devices, and how a device that leaves the factory with nothing but
// a serial number gets its feed and its key.
//
// A product has a secret of 20 bytes.  A device's activation code is
// hex(HMAC-SHA1(product secret, serial)): factory and server compute it apart from each other.  The
// first call with the code makes the feed from the product's template and a key for it.
//
// What goes with what: a product takes its devices along, an account its products; feeds and keys
// of devices that were removed stay.  A device whose feed is removed is not activated any more, and
// its next activation makes another feed; one whose key is deleted stays activated, and the owner's
// next activation makes another key.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "identity/identity.h"
#include "registry/registry.h"
#include "rt/task.h"

namespace tt::provisioning {

// deploy: a device of it has been activated.  The product for development always stays in develop.
enum class ProductState { develop, deploy };

// What a new device's feed is made of.
struct FeedTemplate {
  std::string title;
  std::string description;
  std::vector<std::string> tags;
  bool is_private = true;
  std::vector<registry::ChannelChange> channels;
};

struct Product {
  std::string id;      // 20 characters of [A-Za-z0-9_-]
  std::string secret;  // 40 hexadecimal digits
  identity::AccountId owner = 0;
  std::string owner_login;
  std::string name, description;
  ProductState state = ProductState::develop;
  FeedTemplate feed_defaults;
  std::size_t devices = 0, activated_devices = 0;
  Time created;
};

struct ProductDraft {
  std::string name, description;
  FeedTemplate feed_defaults;
};

// nullopt leaves a member as it is.
struct ProductChange {
  std::optional<std::string> name, description;
  std::optional<FeedTemplate> feed_defaults;
};

struct Device {
  std::string product_id;
  std::string serial;  // [A-Za-z0-9+\-_:,]+, unique within the product, 255 bytes at most
  std::string activation_code;
  Time created;
  std::optional<Time> activated;
  registry::FeedId feed = 0;  // 0: never activated
  std::string api_key;  // of the activated device; only for those who may see keys; not in pages
};

enum class Activated { all, yes, no };

struct DeviceQuery {
  std::string product_id;
  std::string serial;  // a part of it
  Activated activated = Activated::all;
  std::size_t offset = 0;
  std::size_t limit = 30;
};

struct DevicePage {
  std::size_t total = 0;
  std::vector<Device> devices;  // in the order in which they were added
};

struct Activation {
  std::string api_key;
  registry::FeedId feed = 0;
  std::vector<std::string> channels;
  bool is_new = false;  // a key was made
};

class Provisioning {
 public:
  virtual ~Provisioning() = default;

  // --- products: the caller has been checked (a master key or a person) -------------------------
  // Throws unprocessable, one message a line ("name can't be blank", "name is too long (maximum is
  // 255 characters)", …), as all that follow.
  virtual Task<Product> create_product(identity::AccountId owner, ProductDraft draft) = 0;
  // nullopt if there is none.
  virtual Task<std::optional<Product>> find_product(std::string id) = 0;
  virtual Task<std::vector<Product>> products(identity::AccountId owner) = 0;
  // Throws not_found.
  virtual Task<Product> update_product(std::string id, ProductChange change) = 0;
  // With its devices; their feeds stay.  False if there was none.
  virtual Task<bool> remove_product(std::string id) = 0;

  // --- devices ----------------------------------------------------------------------------------
  // All or none.  Throws not_found for the product, unprocessable for a serial that cannot be, is
  // given twice or is there already ("serial has already been taken: abc").
  virtual Task<std::vector<Device>> add_devices(std::string product_id,
                                                std::vector<std::string> serials) = 0;
  virtual Task<DevicePage> devices(DeviceQuery query) = 0;
  virtual Task<std::optional<Device>> find_device(std::string product_id, std::string serial) = 0;
  // Gives it another serial, and with it another code.  Throws not_found, unprocessable.
  virtual Task<Device> rename_device(std::string product_id, std::string serial,
                                     std::string new_serial) = 0;
  virtual Task<bool> remove_device(std::string product_id, std::string serial) = 0;

  // The device that was made for the feed, with its product; nullopt if there is none.
  virtual Task<std::optional<Device>> device_of_feed(registry::FeedId feed) = 0;

  // --- activation -------------------------------------------------------------------------------
  // Makes feed and key the first time, whoever asks.  Later `caller` (may be nullptr) must be the
  // device's own key or a master key of the owner.  Throws not_found for a code of no device,
  // denied("This device has already been activated").
  virtual Task<Activation> activate(std::string code, identity::CallerPtr caller) = 0;
  // The next activation makes a new key; the feed stays, the old key ends.  Throws not_found.
  virtual Task<Device> deactivate(std::string product_id, std::string serial) = 0;

  // A device for somebody who develops: of the account's own product "Development devices" (made
  // when first needed), with a generated serial of 12 characters, activated at once.
  virtual Task<Device> add_development_device(identity::AccountId owner,
                                              registry::FeedChange change) = 0;
};

// What activate() says to whoever asks again and may not.
inline constexpr std::string_view already_activated = "This device has already been activated";

// hex(HMAC-SHA1(unhex(secret), serial)).  `secret` is hexadecimal.
std::string activation_code(std::string_view secret, std::string_view serial);

// The tables are made or migrated by open(), after those of registry.  References must outlive the
// result.
struct Parts {
  orm::Database& database;
  rt::OffloadPool& pool;
  identity::Identity& identity;
  registry::Registry& registry;
  const Clock& clock;
  const Limits& limits;
};
Task<std::unique_ptr<Provisioning>> open(Parts parts);

}  // namespace tt::provisioning
