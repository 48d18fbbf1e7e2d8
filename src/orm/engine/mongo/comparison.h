#pragma once

// One comparison of a member with values, as a filter of MongoDB.

#include <string>
#include <vector>

#include "orm/engine/mongo/document.h"
#include "orm/query.h"

namespace tt::orm::engine {

struct Comparison {
  std::string place;  // member path
  Kind kind = Kind::text;
  Lookup lookup = Lookup::exact;
  const std::vector<Value>& values;
};

// Throws invalid for a comparison with null, or too many values.
Document compare(const Comparison& comparison);
// Null among the values is left out: nothing equals it.
Document is_one_of(const std::string& place, const std::vector<Value>& values);

Document matches_all();
Document matches_none();

// "$gt" for gt; of exact, gt, gte, lt and lte.
const char* operator_of(Lookup lookup);

// As a regular expression that means the text itself; fold: ASCII letters of either case.
enum class Fold : unsigned char { no, ascii };
std::string quoted_regex(std::string_view text, Fold fold);

}  // namespace tt::orm::engine
