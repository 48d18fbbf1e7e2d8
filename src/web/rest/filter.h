#pragma once

// Filters: which rows of a list a query string asks for, and in which order.
//
//   ?name=st1                filter_fields: equal, or with a lookup that is listed ("temp__gte")
//   ?search=main street      search_fields: every word in one of them; "^name" begins with it,
//                            "=name" equals it
//   ?ordering=-name,id       ordering_fields; others are ignored

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "orm/record.h"

namespace tt::web::rest {

class ApiRequest;

// What a viewset allows.
struct FilterFields {
  std::vector<std::string> filter;
  std::vector<std::string> search;
  std::vector<std::string> ordering_fields;
  std::vector<std::string> ordering;  // without ?ordering=
};

// Throws ValidationError for a value that the field cannot have.
orm::Records filtered(const FilterFields& fields, const ApiRequest& request, orm::Records rows);

}  // namespace tt::web::rest
