#pragma once

// From what a client sent for one field to the value that is kept, with the messages that API
// clients know.

#include <expected>
#include <string>
#include <vector>

#include "orm/record.h"
#include "web/core/urls.h"
#include "web/rest/attributes.h"
#include "web/rest/field.h"
#include "web/rest/input.h"

namespace tt::web::rest {

enum class Partial : unsigned char { no, yes };

struct FieldReading {
  orm::Session* session = nullptr;        // for relations and unique values; may be null
  const UrlResolver* urls = nullptr;      // for hyperlinks; may be null
  const orm::Record* instance = nullptr;  // that is changed; nullptr for a new one
  Partial partial = Partial::no;
};

// What an object says about the field: its attribute; nothing if the field is to be left alone;
// or why it is refused, one message or more.
using FieldResult = std::expected<std::optional<Attribute>, std::vector<std::string>>;
FieldResult read_field(const Field& field, const Input& object, const FieldReading& reading);

}  // namespace tt::web::rest
