#pragma once

// Reading the API's XML documents (EEML 0.5.1); see document.h for what is thrown.
//
//   <eeml><environment updated="…">
//     <title>…</title> … <tag>…</tag> <location domain="…"><lat>…</lat> …</location>
//     <data id="0">
//       <tag>…</tag> <current_value at="…">14</current_value> <max_value>…</max_value>
//       <unit type="derivedSI" symbol="A">Alpha</unit>
//       <datapoints><value at="…">1</value> …</datapoints>
//     </data>
//   </environment></eeml>
//
// Namespace and version may be left out, names may have a prefix.  The shape of EEML 5,
// <value minValue="0" maxValue="20">14</value> in place of <current_value>, is read as well.
// White space around a text does not count.  Elements that are not known are passed over.  A
// document may have 2 MiB.
//
// A document that lacks a node which its address takes, or has several, is invalid.

#include "gateway/xively/document.h"

namespace tt::gateway::xively {

Parsed<FeedInput> read_xml_feed(std::string_view body);
Parsed<std::vector<DatastreamInput>> read_xml_datastreams(std::string_view body);
// Exactly one <data>; its id is ignored in favour of `id`, the one in the path.
Parsed<DatastreamInput> read_xml_datastream(std::string_view body, std::string_view id);
// <data><datapoints><value at="…">…</value> …
Parsed<std::vector<DatapointInput>> read_xml_datapoints(std::string_view body);
// The same with a single value; its time is ignored in favour of the one in the path.
Parsed<std::string_view> read_xml_value(std::string_view body);

}  // namespace tt::gateway::xively
