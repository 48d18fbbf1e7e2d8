#include "provisioning/rows.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "base/random.h"
#include "provisioning/checks.h"
#include "provisioning/feed_template.h"
#include "provisioning/serial_index.h"

namespace tt::provisioning {
namespace {

using orm::f;
using orm::objects;
using namespace orm::literals;

constexpr std::size_t public_id_characters = 20;
constexpr std::size_t secret_bytes = 20;

// --- what the database keeps right by itself -----------------------------------------------------

constexpr const char* on_added = R"(
  CREATE TRIGGER provisioning_device_added AFTER INSERT ON provisioning_device BEGIN
    UPDATE provisioning_product
       SET devices = devices + 1, activated_devices = activated_devices + new.is_activated
     WHERE id = new.product_id;
  END)";

constexpr const char* on_removed = R"(
  CREATE TRIGGER provisioning_device_removed AFTER DELETE ON provisioning_device BEGIN
    UPDATE provisioning_product
       SET devices = devices - 1, activated_devices = activated_devices - old.is_activated
     WHERE id = old.product_id;
  END)";

constexpr const char* on_activated = R"(
  CREATE TRIGGER provisioning_device_activated AFTER UPDATE OF is_activated ON provisioning_device
  WHEN old.is_activated <> new.is_activated BEGIN
    UPDATE provisioning_product
       SET activated_devices = activated_devices + new.is_activated - old.is_activated
     WHERE id = new.product_id;
  END)";

constexpr const char* on_feed_removed = R"(
  CREATE TRIGGER provisioning_device_feed_removed AFTER UPDATE OF feed_id ON provisioning_device
  WHEN old.feed_id IS NOT NULL AND new.feed_id IS NULL BEGIN
    UPDATE provisioning_device SET is_activated = 0, activated_at = NULL WHERE id = new.id;
  END)";

}  // namespace

void migrate(orm::Database& database) {
  std::vector<orm::ExtraStatement> extra = {{"provisioning_device_added", on_added},
                                            {"provisioning_device_removed", on_removed},
                                            {"provisioning_device_activated", on_activated},
                                            {"provisioning_device_feed_removed", on_feed_removed}};
  for (auto& statement : serial_index_statements()) extra.push_back(std::move(statement));
  orm::Schema schema{.name = "provisioning",
                     .models = orm::models_of<ProductRow, DeviceRow>(),
                     .extra = std::move(extra)};
  orm::migrate(database, schema);
}

// --- products ------------------------------------------------------------------------------------

Product to_product(orm::Session& session, const ProductRow& row) {
  auto owner = objects<identity::AccountRow>(session).filter("id"_k = *row.owner).first();
  Product product;
  product.id = row.public_id;
  product.secret = row.secret;
  product.owner = row.owner;
  if (owner) product.owner_login = owner->login;
  product.name = row.name;
  product.description = row.description;
  // Once a device of it is in the field it is no experiment any more.
  bool is_deployed = !*row.is_development && *row.activated_devices > 0;
  product.state = is_deployed ? ProductState::deploy : ProductState::develop;
  product.feed_defaults = read_template(*row.feed_defaults);
  product.devices = static_cast<std::size_t>(*row.devices);
  product.activated_devices = static_cast<std::size_t>(*row.activated_devices);
  product.created = row.created;
  return product;
}

std::optional<ProductRow> find_product(orm::Session& session, std::string_view public_id) {
  return objects<ProductRow>(session).filter(f<&ProductRow::public_id> == public_id).first();
}

ProductRow product_or_throw(orm::Session& session, std::string_view public_id) {
  auto row = find_product(session, public_id);
  if (!row) throw Error(Code::not_found, "there is no such product");
  return std::move(*row);
}

ProductRow insert_product(orm::Session& session, ProductRow row, const Limits& limits) {
  auto accounts = objects<identity::AccountRow>(session).filter("id"_k = *row.owner);
  if (!accounts.exists()) {
    throw Error(Code::not_found, fmt::format("there is no account {}", *row.owner));
  }
  auto owned = objects<ProductRow>(session).filter(f<&ProductRow::owner> == *row.owner).count();
  if (static_cast<std::size_t>(owned) >= limits.products_per_account_max) {
    throw Error(Code::unprocessable, fmt::format("you have {} products, which is as many as an "
                                                 "account may have; delete one first",
                                                 owned));
  }
  row.public_id = random_token(public_id_characters);
  row.secret = to_hex(random_bytes(secret_bytes));
  objects<ProductRow>(session).save(row);
  return row;
}

// --- devices -------------------------------------------------------------------------------------

Device to_device(const ProductRow& product, const DeviceRow& row) {
  Device device;
  device.product_id = product.public_id;
  device.serial = row.serial;
  device.activation_code = row.activation_code;
  device.created = row.created;
  if (*row.is_activated) device.activated = *row.activated_at;
  device.feed = (*row.feed).value_or(0);
  return device;
}

Device to_device(orm::Session& session, const ProductRow& product, const DeviceRow& row) {
  Device device = to_device(product, row);
  std::optional<std::int64_t> key = *row.key;
  if (!key) return device;
  auto found = objects<identity::KeyRow>(session).filter("id"_k = *key).first();
  if (found) device.api_key = found->secret;
  return device;
}

std::optional<DeviceRow> find_device(orm::Session& session, const ProductRow& product,
                                     std::string_view serial) {
  return objects<DeviceRow>(session)
      .filter(f<&DeviceRow::product> == *product.id, f<&DeviceRow::serial> == serial)
      .first();
}

namespace {

void require_new(orm::Session& session, const ProductRow& product,
                 std::span<const std::string> serials) {
  std::string taken;
  for (std::size_t begin = 0; begin < serials.size(); begin += orm::in_values_max) {
    auto some = serials.subspan(begin, std::min(orm::in_values_max, serials.size() - begin));
    std::vector<std::string> wanted(some.begin(), some.end());
    auto there = objects<DeviceRow>(session).filter(f<&DeviceRow::product> == *product.id,
                                                    f<&DeviceRow::serial>.in(wanted));
    for (const auto& serial : there.template values<&DeviceRow::serial>()) {
      if (!taken.empty()) taken += '\n';
      taken += "serial has already been taken: " + serial;
    }
    if (!taken.empty()) throw Error(Code::unprocessable, taken);
  }
}

}  // namespace

std::vector<DeviceRow> insert_devices(orm::Session& session, const ProductRow& product,
                                      std::span<const std::string> serials, Time now) {
  require_new(session, product, serials);
  std::vector<DeviceRow> rows;
  rows.reserve(serials.size());
  for (const auto& serial : serials) {
    DeviceRow row{.product = *product.id, .serial = serial, .created = now};
    row.activation_code = activation_code(*product.secret, serial);
    rows.push_back(std::move(row));
  }
  objects<DeviceRow>(session).bulk_create(rows);
  return rows;
}

DeviceRows search_devices(orm::Session& session, const ProductRow& product,
                          const DeviceQuery& query) {
  auto rows = objects<DeviceRow>(session).filter(f<&DeviceRow::product> == *product.id);
  auto total = *product.devices;
  if (query.activated != Activated::all) {
    bool wants_activated = query.activated == Activated::yes;
    rows = rows.filter(f<&DeviceRow::is_activated> == wants_activated);
    total = wants_activated ? *product.activated_devices
                            : *product.devices - *product.activated_devices;
  }
  if (!query.serial.empty()) {
    if (!is_serial(query.serial)) return {};
    rows = rows.filter(has_part_of_serial(query.serial));
    total = rows.count();
  }
  DeviceRows found;
  found.total = static_cast<std::size_t>(total);
  found.rows = rows.order_by("id").offset(query.offset).limit(query.limit).rows();
  return found;
}

}  // namespace tt::provisioning
