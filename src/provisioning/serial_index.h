#pragma once

// Where parts of serials are looked up: a full-text table of the trigrams of all serials.
//
// Triggers note which devices came, went or got another serial, also when they go with their
// product or its account; take_over_serial_changes() brings the table up to date at the end of a
// transaction.  (The triggers cannot: the database does not let its schema use such tables.)

#include "orm/orm.h"
#include "provisioning/rows.h"

namespace tt::provisioning {

std::vector<orm::ExtraStatement> serial_index_statements();

void take_over_serial_changes(orm::Session& session);

// Devices whose serial has `part` in it, letters of either case.  `part` is_serial().
orm::Q<DeviceRow> has_part_of_serial(std::string_view part);

}  // namespace tt::provisioning
