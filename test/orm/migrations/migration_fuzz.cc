// A file that is a migration is written as it was read, whatever it does to a state.

#include <cstdint>

#include "base/error.h"
#include "orm/migrations/file.h"

using namespace tt;
using namespace tt::orm::migrations;

namespace {

void run(const Migration& migration) {
  orm::migrations::State state;
  for (const Operation& operation : migration.operations) {
    orm::migrations::State before = state;
    apply(operation, migration.key.app, state);
    (void)changes_of(operation, migration.key.app, before, state);
    auto inverse = inverse_of(operation, migration.key.app, before);
    if (!inverse) continue;
    orm::migrations::State back = state;
    apply(*inverse, migration.key.app, back);
    (void)changes_of(*inverse, migration.key.app, state, back);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  MigrationKey key{"app", "n"};
  try {
    Migration migration = from_text(text, key);
    std::string written = to_text(migration);
    TT_ASSERT(to_text(from_text(written, key)) == written);
    run(migration);
  } catch (const Error& error) {
    bool is_refusal = error.code() == Code::invalid || error.code() == Code::unsupported;
    TT_ASSERT(is_refusal);
  }
  return 0;
}
