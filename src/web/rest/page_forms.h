#pragma once

// The forms on a page of the browsable API, as its templates see them.

#include "web/rest/request.h"
#include "web/template/value.h"

namespace tt::web::rest {

// A form for each method that the user may call: POST on lists, PUT on rows.  After a refused
// request its values and messages stand in the form.
List page_forms(const ApiRequest& request, const Response& response);

}  // namespace tt::web::rest
