#pragma once

// The tables of provisioning, and what is done with them.  All functions block.
//
// What depends on other rows is kept right by the database itself, whoever changes a row: the
// counts of a product, and that a device whose feed has gone is not activated any more.

#include <optional>
#include <vector>

#include "identity/rows.h"
#include "orm/orm.h"
#include "provisioning/provisioning.h"
#include "registry/rows.h"

namespace tt::provisioning {

namespace models = orm::models;

struct ProductRow : models::Model<ProductRow> {
  models::AutoField id;
  models::CharField<20, models::unique> public_id;
  models::CharField<40> secret;  // kept: codes of new devices are made with it
  models::ForeignKey<identity::AccountRow, models::cascade> owner;
  models::CharField<255> name;
  models::TextField<> description;
  models::TextField<> feed_defaults;  // see feed_template.h
  // The account's one product for devices under development.
  models::BooleanField<> is_development = false;
  models::BigIntegerField<models::not_editable> devices = 0;
  models::BigIntegerField<models::not_editable> activated_devices = 0;
  models::DateTimeField<> created;

  static constexpr models::Meta meta{.table = "provisioning_product", .verbose_name = "product"};
  std::string str() const { return name; }
};

struct DeviceRow : models::Model<DeviceRow> {
  models::AutoField id;
  models::ForeignKey<ProductRow, models::cascade> product;
  models::CharField<255> serial;
  models::CharField<40, models::unique> activation_code;
  models::DateTimeField<> created;
  models::BooleanField<> is_activated = false;
  models::DateTimeField<models::null> activated_at;
  models::ForeignKey<registry::FeedRow, models::null, models::set_null> feed;
  models::ForeignKey<identity::KeyRow, models::null, models::set_null> key;

  static constexpr models::Meta meta{.table = "provisioning_device",
                                     .verbose_name = "device",
                                     .unique_together = {{"product", "serial"}},
                                     .indexes = {{"product", "is_activated"}}};
  std::string str() const { return serial; }
};

// Makes the tables or brings them up to date; those of registry must be there.
void migrate(orm::Database& database);

// With its owner's login.
Product to_product(orm::Session& session, const ProductRow& row);
// Without its key.
Device to_device(const ProductRow& product, const DeviceRow& row);
// With its key.
Device to_device(orm::Session& session, const ProductRow& product, const DeviceRow& row);

std::optional<ProductRow> find_product(orm::Session& session, std::string_view public_id);
// Throws not_found.
ProductRow product_or_throw(orm::Session& session, std::string_view public_id);
std::optional<DeviceRow> find_device(orm::Session& session, const ProductRow& product,
                                     std::string_view serial);

// Stores a new product with a fresh id and secret.  Throws not_found if there is no such owner,
// unprocessable if it has as many as it may.
ProductRow insert_product(orm::Session& session, ProductRow row, const Limits& limits);

// Stores devices that were not activated yet.  Throws unprocessable if a serial is there already.
std::vector<DeviceRow> insert_devices(orm::Session& session, const ProductRow& product,
                                      std::span<const std::string> serials, Time now);

// The rows of a page, and how many there are in all.
struct DeviceRows {
  std::size_t total = 0;
  std::vector<DeviceRow> rows;
};
DeviceRows search_devices(orm::Session& session, const ProductRow& product,
                          const DeviceQuery& query);

}  // namespace tt::provisioning
