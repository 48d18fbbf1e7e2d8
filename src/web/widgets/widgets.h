#pragma once

// Widgets: elements for pages that show things, as static files of every site; they need nothing
// from the internet.
//
//   <link rel="stylesheet" href="{% static "thingtank/map.css" %}">
//   <script type="module" src="{% static "thingtank/map.js" %}"></script>
//   <tt-map lat="{{ lat }}" lon="{{ lon }}" zoom="5" label="{{ name }}"></tt-map>
//
//   {{ readings|json_script:"readings" }}
//   <tt-chart for="readings" x="timestamp" y="temperature" unit="°C"></tt-chart>
//
// tt-map draws land and borders (Leaflet, world-atlas), tt-chart lines over time (uPlot); see
// web/src/map.ts and chart.ts for their attributes.

#include <vector>

#include "web/core/application.h"

namespace tt::web::widgets {

// "thingtank/map.js", "thingtank/map.css", "thingtank/world.json", "thingtank/chart.js",
// "thingtank/chart.css".
std::vector<EmbeddedFile> static_files();

}  // namespace tt::web::widgets
