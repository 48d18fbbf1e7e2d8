#pragma once

// Where the entries of the audit stand in the Kv.
//
//   audit/e/ID                    the entry, as JSON
//   audit/o/OBJECT NUL ID         empty: it is about OBJECT (its first two levels) or below
//   audit/a/ACCOUNT/ID            empty: by or about the account, 16 hexadecimal digits
//   audit/w/WORD/ID               empty: its action begins with WORD
//
//   ID = 16 hexadecimal digits: the microseconds since 1970, or later if that one was taken

#include "audit/audit.h"

namespace tt::audit {

inline constexpr std::size_t id_bytes = 16;

std::string id_of(std::int64_t number);
// nullopt for what is no id.
std::optional<std::int64_t> number_of(std::string_view id);

std::string entry_key(std::string_view id);
// All keys of the entry.
std::vector<std::string> keys_of(const Entry& entry);

// What one scan, newest first, finds: every entry that the filter means, and others.
struct Lookup {
  std::string prefix;  // an id follows
};
Lookup lookup_of(const Filter& filter);

// Does the filter mean this entry?
bool matches(const Filter& filter, const Entry& entry);

}  // namespace tt::audit
