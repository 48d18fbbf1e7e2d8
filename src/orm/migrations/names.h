#pragma once

// Names in migrations.  Files come from outside: a name that is no name is refused before it gets
// near a statement or a path.

#include <string>
#include <string_view>

namespace tt::orm::migrations {

inline constexpr std::size_t name_size_max = 100;
// So much of a name every engine keeps (PostgreSQL: 63 bytes).
inline constexpr std::size_t database_name_size_max = 60;

// Letters, digits and '_', at most name_size_max.
bool is_name(std::string_view text);
// Throws invalid: `what` is "the name of a field".
void require_name(std::string_view text, std::string_view what);

// The name of an index as all engines take it: a long one is cut and gets a digest of the whole.
std::string database_name(std::string name);

std::string lower(std::string_view name);

// What stands in a file, for a message: quoted, cut if it is long, only printable ASCII.
std::string shown(std::string_view text);

}  // namespace tt::orm::migrations
