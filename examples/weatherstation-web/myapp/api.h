#pragma once

#include "myapp/models.h"

namespace myapp {

namespace rest = tt::web::rest;

struct StationSerializer : rest::HyperlinkedModelSerializer<Station> {
  static constexpr auto fields =
      rest::field_names("url", "name", "timestamp", "temperature", "lat", "lon");
};

struct StationViewSet : rest::ModelViewSet<StationViewSet, Station> {
  using serializer_class = StationSerializer;
};

}  // namespace myapp
