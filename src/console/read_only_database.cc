#include "console/read_only_database.h"

#include "base/error.h"

namespace tt::console {
namespace {

[[noreturn]] void refuse() {
  throw Error(Code::internal, "the console's pages do not write tables: identity and registry do");
}

}  // namespace

std::vector<std::int64_t> ReadOnlyDatabase::insert(const orm::Insert&) { refuse(); }
std::int64_t ReadOnlyDatabase::update(const orm::Update&) { refuse(); }
std::int64_t ReadOnlyDatabase::erase(const orm::Erase&) { refuse(); }
std::vector<orm::Row> ReadOnlyDatabase::query(std::string_view, std::vector<orm::Value>) {
  refuse();
}
std::int64_t ReadOnlyDatabase::execute(std::string_view, std::vector<orm::Value>) { refuse(); }
std::string ReadOnlyDatabase::change_schema(const orm::SchemaChange&) { refuse(); }

}  // namespace tt::console
