#pragma once

#include <thingtank/web.h>

namespace myapp {

namespace models = tt::orm::models;

// What the page shows: readings of one place.
struct TemperatureData : models::Model<TemperatureData> {
  models::AutoField id;
  models::CharField<10> timestamp;
  models::CharField<5> temperature;
  models::CharField<10> lat;
  models::CharField<10> lon;
  std::string str() const { return timestamp; }
};

// What the API serves: readings of many stations.
struct Station : models::Model<Station> {
  models::AutoField id;
  models::CharField<10> name;
  models::CharField<10> timestamp;
  models::CharField<5> temperature;
  models::CharField<10> lat;
  models::CharField<10> lon;
};

}  // namespace myapp
