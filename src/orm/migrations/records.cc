#include "orm/migrations/records.h"

#include "base/clock.h"
#include "orm/migrations/names.h"
#include "orm/queryset.h"

namespace tt::orm::migrations {
namespace {

struct Record : models::Model<Record> {
  models::AutoField id;
  models::CharField<name_size_max> app;
  models::CharField<name_size_max> name;
  models::CharField<64> digest;
  models::DateTimeField<> applied;

  static constexpr models::Meta meta{.table = "thingtank_migrations",
                                     .unique_together = {{"app", "name"}}};
};

QuerySet<Record> records_of(Session& session, const MigrationKey& key) {
  return objects<Record>(session).filter(f<&Record::app> == key.app, f<&Record::name> == key.name);
}

}  // namespace

Applied read_records(Session& session) {
  Applied applied;
  if (!session.has_table(Record::meta.table)) return applied;
  for (const auto& record : objects<Record>(session).rows()) {
    applied[{*record.app, *record.name}] = *record.digest;
  }
  return applied;
}

void make_records(Session& session) {
  const ModelInfo& info = model_info<Record>();
  if (session.has_table(info.table)) return;
  CreateTable create{info.table, {}};
  for (const FieldInfo& field : info.fields) {
    create.columns.push_back({.name = field.column,
                              .kind = field.kind,
                              .initial = field.initial,
                              .max_length = field.max_length});
  }
  session.change_schema(create);
  for (const IndexInfo& index : info.indexes) {
    CreateIndex made{index.name, info.table, {}, index.is_unique};
    for (const Order& order : index.columns) made.columns.push_back({order.field->column});
    session.change_schema(made);
  }
}

void add_record(Session& session, const Migration& migration) {
  objects<Record>(session).create({.app = migration.key.app,
                                   .name = migration.key.name,
                                   .digest = digest_of(migration),
                                   .applied = SystemClock().now()});
}

void remove_record(Session& session, const MigrationKey& key) { records_of(session, key).erase(); }

}  // namespace tt::orm::migrations
