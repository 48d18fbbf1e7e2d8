#pragma once

// Names that are known only at run time: from requests, settings, lists of the admin.

#include <string_view>

#include "orm/query.h"

namespace tt::orm::detail {

struct ResolvedKey {
  Path path;
  Lookup lookup = Lookup::exact;
};

// "device__serial__in"; relations may be followed back by their related name ("readings", or
// "reading" if none was given).  Throws invalid, in Django's words, for what is not there.
ResolvedKey resolve_key(const ModelInfo& model, std::string_view key);
// The same without a lookup.
Path resolve_path(const ModelInfo& model, std::string_view key);

// The value as the field's column holds it, a text converted.  Throws invalid if it does not fit.
Value fitted_value(const FieldInfo& field, Lookup lookup, Value value);

}  // namespace tt::orm::detail
