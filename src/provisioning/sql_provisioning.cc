#include "base/error.h"
#include "provisioning/activation.h"
#include "provisioning/checks.h"
#include "provisioning/feed_template.h"
#include "provisioning/rows.h"
#include "provisioning/serial_index.h"

namespace tt::provisioning {
namespace {

using orm::f;
using orm::objects;

constexpr std::string_view development_name = "Development devices";

Error no_device() { return Error(Code::not_found, "there is no such device"); }

// Every function is one transaction on the pool; what other modules keep in memory is told
// afterwards through them.
class SqlProvisioning final : public Provisioning {
 public:
  explicit SqlProvisioning(const Parts& parts) : parts_(parts) {}

  Task<Product> create_product(identity::AccountId owner, ProductDraft draft) override;
  Task<std::optional<Product>> find_product(std::string id) override;
  Task<std::vector<Product>> products(identity::AccountId owner) override;
  Task<Product> update_product(std::string id, ProductChange change) override;
  Task<bool> remove_product(std::string id) override;

  Task<std::vector<Device>> add_devices(std::string product_id,
                                        std::vector<std::string> serials) override;
  Task<DevicePage> devices(DeviceQuery query) override;
  Task<std::optional<Device>> find_device(std::string product_id, std::string serial) override;
  Task<Device> rename_device(std::string product_id, std::string serial,
                             std::string new_serial) override;
  Task<bool> remove_device(std::string product_id, std::string serial) override;
  Task<std::optional<Device>> device_of_feed(registry::FeedId feed) override;

  Task<Activation> activate(std::string code, identity::CallerPtr caller) override;
  Task<Device> deactivate(std::string product_id, std::string serial) override;
  Task<Device> add_development_device(identity::AccountId owner,
                                      registry::FeedChange change) override;

 private:
  // Runs `work(session)` in a transaction on the pool.
  template <class Work>
  Task<std::invoke_result_t<Work&, orm::Session&>> transact(Work& work) {
    auto whole = [&](orm::Session& session) {
      auto result = work(session);
      take_over_serial_changes(session);
      return result;
    };
    auto transaction = [&] { return parts_.database.transact(whole); };
    co_return co_await rt::offload(parts_.pool, transaction);
  }
  // Runs `work(session)` on the pool; reads only.
  template <class Work>
  Task<std::invoke_result_t<Work&, orm::Session&>> read(Work& work) {
    auto reading = [&] { return work(parts_.database); };
    co_return co_await rt::offload(parts_.pool, reading);
  }

  Made activate_now(orm::Session& session, const std::string& code, const identity::Caller* caller);
  ProductRow development_product(orm::Session& session, identity::AccountId owner);

  Parts parts_;
};

// --- products ------------------------------------------------------------------------------------

Task<Product> SqlProvisioning::create_product(identity::AccountId owner, ProductDraft draft) {
  Product product;
  product.name = std::move(draft.name);
  product.description = std::move(draft.description);
  product.feed_defaults = std::move(draft.feed_defaults);
  check_product(product, parts_.limits);
  auto work = [&](orm::Session& session) {
    ProductRow row{.owner = owner,
                   .name = product.name,
                   .description = product.description,
                   .feed_defaults = to_json(product.feed_defaults),
                   .created = parts_.clock.now()};
    return to_product(session, insert_product(session, std::move(row), parts_.limits));
  };
  co_return co_await transact(work);
}

Task<std::optional<Product>> SqlProvisioning::find_product(std::string id) {
  auto work = [&](orm::Session& session) -> std::optional<Product> {
    auto row = provisioning::find_product(session, id);
    return row ? std::optional(to_product(session, *row)) : std::nullopt;
  };
  co_return co_await read(work);
}

Task<std::vector<Product>> SqlProvisioning::products(identity::AccountId owner) {
  auto work = [&](orm::Session& session) {
    std::vector<Product> products;
    auto rows = objects<ProductRow>(session).filter(f<&ProductRow::owner> == owner);
    for (const auto& row : rows.order_by("id").rows()) {
      products.push_back(to_product(session, row));
    }
    return products;
  };
  co_return co_await read(work);
}

Task<Product> SqlProvisioning::update_product(std::string id, ProductChange change) {
  auto work = [&](orm::Session& session) {
    auto row = product_or_throw(session, id);
    auto product = to_product(session, row);
    if (change.name) product.name = *change.name;
    if (change.description) product.description = *change.description;
    if (change.feed_defaults) product.feed_defaults = *change.feed_defaults;
    check_product(product, parts_.limits);
    row.name = product.name;
    row.description = product.description;
    row.feed_defaults = to_json(product.feed_defaults);
    objects<ProductRow>(session).save(row);
    return product;
  };
  co_return co_await transact(work);
}

Task<bool> SqlProvisioning::remove_product(std::string id) {
  auto work = [&](orm::Session& session) {
    return objects<ProductRow>(session).filter(f<&ProductRow::public_id> == id).erase() > 0;
  };
  co_return co_await transact(work);
}

// --- devices -------------------------------------------------------------------------------------

Task<std::vector<Device>> SqlProvisioning::add_devices(std::string product_id,
                                                       std::vector<std::string> serials) {
  check_serials(serials, parts_.limits);
  auto work = [&](orm::Session& session) {
    auto product = product_or_throw(session, product_id);
    std::vector<Device> devices;
    for (const auto& row : insert_devices(session, product, serials, parts_.clock.now())) {
      devices.push_back(to_device(product, row));
    }
    return devices;
  };
  co_return co_await transact(work);
}

Task<DevicePage> SqlProvisioning::devices(DeviceQuery query) {
  query.limit = std::min(query.limit, parts_.limits.devices_per_page_max);
  auto work = [&](orm::Session& session) {
    DevicePage page;
    auto product = provisioning::find_product(session, query.product_id);
    if (!product) return page;
    auto found = search_devices(session, *product, query);
    page.total = found.total;
    for (const auto& row : found.rows) page.devices.push_back(to_device(*product, row));
    return page;
  };
  co_return co_await read(work);
}

Task<std::optional<Device>> SqlProvisioning::find_device(std::string product_id,
                                                         std::string serial) {
  auto work = [&](orm::Session& session) -> std::optional<Device> {
    auto product = provisioning::find_product(session, product_id);
    if (!product) return std::nullopt;
    auto row = provisioning::find_device(session, *product, serial);
    return row ? std::optional(to_device(session, *product, *row)) : std::nullopt;
  };
  co_return co_await read(work);
}

Task<Device> SqlProvisioning::rename_device(std::string product_id, std::string serial,
                                            std::string new_serial) {
  check_serials({&new_serial, 1}, parts_.limits);
  auto work = [&](orm::Session& session) {
    auto product = product_or_throw(session, product_id);
    auto row = provisioning::find_device(session, product, serial);
    if (!row) throw no_device();
    if (new_serial != serial && provisioning::find_device(session, product, new_serial)) {
      throw Error(Code::unprocessable, "serial has already been taken: " + new_serial);
    }
    row->serial = new_serial;
    row->activation_code = activation_code(*product.secret, new_serial);
    objects<DeviceRow>(session).save(*row);
    return to_device(session, product, *row);
  };
  auto device = co_await transact(work);
  if (device.feed == 0) co_return device;
  registry::FeedChange change;
  change.device_serial = new_serial;
  std::vector<registry::ChannelChange> no_channels;
  auto now = parts_.clock.now();
  co_await parts_.registry.update(device.feed, std::move(change), std::move(no_channels), now);
  co_return device;
}

Task<bool> SqlProvisioning::remove_device(std::string product_id, std::string serial) {
  auto work = [&](orm::Session& session) {
    auto product = provisioning::find_product(session, product_id);
    if (!product) return false;
    auto rows = objects<DeviceRow>(session).filter(f<&DeviceRow::product> == *product->id,
                                                   f<&DeviceRow::serial> == serial);
    return rows.erase() > 0;
  };
  co_return co_await transact(work);
}

Task<std::optional<Device>> SqlProvisioning::device_of_feed(registry::FeedId feed) {
  auto work = [&](orm::Session& session) -> std::optional<Device> {
    auto row = objects<DeviceRow>(session).filter(f<&DeviceRow::feed> == feed).first();
    if (!row) return std::nullopt;
    auto product = objects<ProductRow>(session).get(f<&ProductRow::id> == *row->product);
    return to_device(session, product, *row);
  };
  co_return co_await read(work);
}

// --- activation ----------------------------------------------------------------------------------

Made SqlProvisioning::activate_now(orm::Session& session, const std::string& code,
                                   const identity::Caller* caller) {
  auto device = objects<DeviceRow>(session).filter(f<&DeviceRow::activation_code> == code).first();
  if (!device) throw no_device();
  auto row = objects<ProductRow>(session).get(f<&ProductRow::id> == *device->product);
  Time now = parts_.clock.now();
  if (*device->is_activated) {
    if (!may_ask_again(caller, row, *device, now)) {
      throw Error(Code::denied, std::string(already_activated));
    }
    auto known = activation_of(session, *device);
    if (!known.api_key.empty()) return {std::move(known), std::nullopt};
  }
  auto product = to_product(session, row);
  auto change = feed_change(product, *device->serial);
  ActivationOrder order{.product = product,
                        .device = *device,
                        .change = change,
                        .channels = product.feed_defaults.channels,
                        .key_name = product.name,
                        .now = now};
  return provisioning::activate(session, order, parts_.limits);
}

Task<Activation> SqlProvisioning::activate(std::string code, identity::CallerPtr caller) {
  auto work = [&](orm::Session& session) { return activate_now(session, code, caller.get()); };
  auto made = co_await transact(work);
  if (made.new_feed) parts_.registry.adopt(*made.new_feed);
  co_return std::move(made.activation);
}

Task<Device> SqlProvisioning::deactivate(std::string product_id, std::string serial) {
  std::optional<std::int64_t> key;
  auto find_key = [&](orm::Session& session) {
    auto row = provisioning::find_device(session, product_or_throw(session, product_id), serial);
    if (!row) throw no_device();
    key = *row->key;
    return true;
  };
  co_await read(find_key);
  // First: whoever has the key is out before anybody can be let in again.
  if (key) co_await parts_.identity.delete_key(*key);
  auto work = [&](orm::Session& session) {
    auto product = product_or_throw(session, product_id);
    auto row = provisioning::find_device(session, product, serial);
    if (!row) throw no_device();
    // With a key it has been activated anew meanwhile.
    if (!(*row->key).has_value()) {
      row->is_activated = false;
      row->activated_at = std::nullopt;
      objects<DeviceRow>(session).save(*row);
    }
    return to_device(session, product, *row);
  };
  co_return co_await transact(work);
}

ProductRow SqlProvisioning::development_product(orm::Session& session, identity::AccountId owner) {
  auto known = objects<ProductRow>(session)
                   .filter(f<&ProductRow::owner> == owner, f<&ProductRow::is_development> == true)
                   .first();
  if (known) return std::move(*known);
  ProductRow row{.owner = owner,
                 .name = std::string(development_name),
                 .feed_defaults = to_json({}),
                 .is_development = true,
                 .created = parts_.clock.now()};
  return insert_product(session, std::move(row), parts_.limits);
}

Task<Device> SqlProvisioning::add_development_device(identity::AccountId owner,
                                                     registry::FeedChange change) {
  std::optional<registry::Feed> feed;
  auto work = [&](orm::Session& session) {
    auto row = development_product(session, owner);
    Time now = parts_.clock.now();
    std::string serial = random_serial();
    auto device = std::move(insert_devices(session, row, {&serial, 1}, now).front());
    auto product = to_product(session, row);
    change.product_id = product.id;
    change.device_serial = serial;
    ActivationOrder order{.product = product,
                          .device = device,
                          .change = change,
                          .channels = {},
                          .key_name = change.title ? *change.title : std::string_view(),
                          .now = now};
    feed = provisioning::activate(session, order, parts_.limits).new_feed;
    return to_device(session, row, device);
  };
  auto device = co_await transact(work);
  parts_.registry.adopt(*feed);
  co_return device;
}

}  // namespace

Task<std::unique_ptr<Provisioning>> open(Parts parts) {
  auto work = [&] {
    migrate(parts.database);
    parts.database.transact(take_over_serial_changes);
  };
  co_await rt::offload(parts.pool, work);
  co_return std::make_unique<SqlProvisioning>(parts);
}

}  // namespace tt::provisioning
