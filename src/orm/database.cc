#include "orm/database.h"

#include "base/error.h"

namespace tt::orm {

void Database::copy_to(const std::string& path) {
  throw Error(Code::unsupported,
              fmt::format("cannot write {}: this database is copied with tools of its own", path));
}

}  // namespace tt::orm
