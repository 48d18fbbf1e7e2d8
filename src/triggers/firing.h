#pragma once

// Firing: a trigger has fired; what is told about it.

#include "archive/archive.h"
#include "registry/registry.h"
#include "triggers/triggers.h"

namespace tt::triggers {

enum class Purpose { notification, test };

struct Firing {
  Trigger trigger;
  registry::FeedPtr feed;
  std::optional<archive::Current> current;  // of the channel; nullopt: never written
  std::optional<archive::Sample> reading;   // that made it fire
  Time at;
  Purpose purpose = Purpose::notification;
};

// Xively's document, with both spellings where its clients differ:
//
//   {"environment":{"description":"","feed":"https://HOST/v2/feeds/343","id":343,
//     "location":{"lat":55.7,"lng":-3.1,"lon":-3.1,"name":""},"title":"Attic"},
//    "id":1,"threshold_value":9.0,"timestamp":"2009-09-07T12:16:02.001403Z",
//    "triggering_datastream":{"id":"0","url":"https://HOST/v2/feeds/343/datastreams/0",
//     "at":"2009-09-07T12:16:02.000063Z","units":{"label":"","symbol":"","type":""},
//     "value":{"current_value":"9.07","value":"9.07","max_value":9.99,"min_value":0.0047}},
//    "type":"gte","url":"https://HOST/v2/triggers/1"}
//
// A test has "debug":true besides.
std::string to_document(const Firing& firing, std::string_view public_url);

// "temperature of Attic is 31.2 °C, over 30"
std::string to_sentence(const Firing& firing);

}  // namespace tt::triggers
