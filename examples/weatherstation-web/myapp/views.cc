#include "myapp/app.h"
#include "myapp/models.h"

using namespace tt::web;

namespace myapp {

constexpr std::size_t chart_readings = 500;

HttpResponse home(const HttpRequest& request) {
  auto readings = TemperatureData::objects.order_by("-id").limit(chart_readings).rows();
  if (readings.empty()) return render(request, "index.html");
  const TemperatureData& newest = readings.front();
  List chart;
  for (const TemperatureData& reading : readings) {
    chart.push_back(Map{{"timestamp", *reading.timestamp}, {"temperature", *reading.temperature}});
  }
  return render(request, "index.html", {{"temperature", *newest.temperature},
                                        {"lat", *newest.lat},
                                        {"lon", *newest.lon},
                                        {"readings", std::move(chart)}});
}

}  // namespace myapp
