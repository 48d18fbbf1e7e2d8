#pragma once

// Activation: GET /v2/devices/CODE/activate, or as it was at first, GET /activate/CODE.csv.

#include "gateway/xively/api.h"

namespace tt::gateway::xively {

// What activation says in each format it has; CSV is "KEY,FEED_ID,N,chan1,…,chanN".
std::string activation_document(const provisioning::Activation& activation, Format format);

}  // namespace tt::gateway::xively
