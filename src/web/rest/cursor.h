#pragma once

// Pages by a cursor: where the last page ended, so that rows that are added meanwhile neither
// appear twice nor push others out of sight.
//
// A cursor is base64 of "p=…&o=…&r=1": the value of the ordering field behind which the page
// begins, how many rows with that value to skip, and whether it goes backwards.

#include "web/rest/pagination.h"

namespace tt::web::rest {

// Throws ApiError(404) for a cursor that was not made here.
Page cursor_page(const Pagination& pagination, const ApiRequest& request, const orm::Records& rows);

}  // namespace tt::web::rest
