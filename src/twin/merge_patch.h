#pragma once

// JSON merge patches, and what is left to do.                                           RFC 7396

#include <boost/json/fwd.hpp>

namespace tt::twin {

// The RFC's MergePatch(Target, Patch), section 2: members of `patch` replace those of `target`,
// objects are merged, null takes a member away.
boost::json::value merge_patch(boost::json::value target, const boost::json::value& patch);

// The members of `desired`, deep inside objects, that `reported` does not have or has otherwise;
// 1 and 1.0 are the same number.
boost::json::object delta(const boost::json::object& desired, const boost::json::object& reported);

}  // namespace tt::twin
