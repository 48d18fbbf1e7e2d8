#pragma once

// Reading the API's CSV documents (contract of CSV v2); see document.h for what is thrown.

#include "gateway/xively/document.h"

namespace tt::gateway::xively {

// Rows id,value or id,at,value.  Several rows for one id are datapoints; then all rows of that id
// need a timestamp.
Parsed<std::vector<DatastreamInput>> read_csv_datastreams(std::string_view body);
// Rows value or at,value.
Parsed<DatastreamInput> read_csv_datastream(std::string_view body, std::string_view id);
// Rows at,value; a single row may be a bare value.
Parsed<std::vector<DatapointInput>> read_csv_datapoints(std::string_view body);

}  // namespace tt::gateway::xively
