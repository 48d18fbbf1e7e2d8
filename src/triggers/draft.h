#pragma once

// What a client wants a trigger to be, checked.

#include "triggers/carrier.h"

namespace tt::triggers {

// `draft` in the form in which it is kept (blanks trimmed, no threshold where none is needed).
// Throws unprocessable with Xively's messages, one a line.
Draft checked(Draft draft, const Carrier& carrier, const Limits& limits);

}  // namespace tt::triggers
