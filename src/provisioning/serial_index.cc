#include "provisioning/serial_index.h"

#include "base/error.h"
#include "provisioning/checks.h"

namespace tt::provisioning {
namespace {

using orm::f;

// Shorter parts stand in no index.
constexpr std::size_t trigram = 3;

constexpr const char* make_index = R"(
  CREATE VIRTUAL TABLE provisioning_serial USING fts5(
    serial, content='provisioning_device', content_rowid='id', tokenize='trigram'))";

// `before` is null for a device that has just come.
constexpr const char* make_changes = R"(
  CREATE TABLE provisioning_serial_change (device INTEGER NOT NULL, before TEXT))";

constexpr const char* on_added = R"(
  CREATE TRIGGER provisioning_serial_added AFTER INSERT ON provisioning_device BEGIN
    INSERT INTO provisioning_serial_change (device) VALUES (new.id);
  END)";

constexpr const char* on_removed = R"(
  CREATE TRIGGER provisioning_serial_removed AFTER DELETE ON provisioning_device BEGIN
    INSERT INTO provisioning_serial_change (device, before) VALUES (old.id, old.serial);
  END)";

constexpr const char* on_renamed = R"(
  CREATE TRIGGER provisioning_serial_renamed AFTER UPDATE OF serial ON provisioning_device
  WHEN old.serial <> new.serial BEGIN
    INSERT INTO provisioning_serial_change (device, before) VALUES (old.id, old.serial);
  END)";

constexpr std::string_view forget = R"(
  INSERT INTO provisioning_serial (provisioning_serial, rowid, serial)
  SELECT 'delete', device, before FROM provisioning_serial_change WHERE before IS NOT NULL)";

constexpr std::string_view learn = R"(
  INSERT INTO provisioning_serial (rowid, serial)
  SELECT id, serial FROM provisioning_device
   WHERE id IN (SELECT device FROM provisioning_serial_change))";

}  // namespace

std::vector<orm::ExtraStatement> serial_index_statements() {
  return {{"provisioning_serial", make_index},
          {"provisioning_serial_change", make_changes},
          {"provisioning_serial_added", on_added},
          {"provisioning_serial_removed", on_removed},
          {"provisioning_serial_renamed", on_renamed}};
}

void take_over_serial_changes(orm::Session& session) {
  auto changes = session.query("SELECT 1 FROM provisioning_serial_change LIMIT 1");
  if (changes.empty()) return;
  session.execute(forget);
  session.execute(learn);
  session.execute("DELETE FROM provisioning_serial_change");
}

orm::Q<DeviceRow> has_part_of_serial(std::string_view part) {
  TT_ASSERT(is_serial(part));
  if (part.size() < trigram) return f<&DeviceRow::serial>.icontains(part);
  return orm::sql<DeviceRow>(
      "provisioning_device.id IN (SELECT rowid FROM provisioning_serial WHERE "
      "provisioning_serial MATCH ?)",
      fmt::format("\"{}\"", part));
}

}  // namespace tt::provisioning
