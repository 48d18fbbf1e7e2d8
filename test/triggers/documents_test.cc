#include <doctest/doctest.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "triggers/carrier.h"
#include "triggers/firing.h"
#include "triggers/schedule.h"

namespace tt::triggers {
namespace {

Firing make_firing() {
  auto feed = std::make_shared<registry::Feed>();
  feed->id = 343;
  feed->title = "Attic";
  feed->description = "up";
  feed->location.lat = 55.74479;
  feed->location.lon = -3.18157;
  feed->location.name = "roof";
  registry::Channel channel{.id = 9,
                            .name = "temp",
                            .tags = {},
                            .unit = {.label = "Celsius", .symbol = "°C", .type = "derivedSI"}};
  feed->channels.push_back(channel);
  Firing firing;
  firing.feed = feed;
  firing.trigger.id = 1;
  firing.trigger.settings.channel = "temp";
  firing.trigger.settings.condition = Condition::gte;
  firing.trigger.settings.threshold = "9.0";
  firing.at = *parse_time("2009-09-07T12:16:02.001403Z");
  archive::Current current;
  current.last = {*parse_time("2009-09-07T12:16:02.000063Z"), "9.07"};
  current.max = 9.99;
  current.min = 0.0047;
  firing.current = current;
  firing.reading = current.last;
  return firing;
}

}  // namespace

TEST_CASE("the document has Xively's members, in both spellings") {
  CHECK(to_document(make_firing(), "https://h") ==
        R"({"environment":{"description":"up","feed":"https://h/v2/feeds/343","id":343,)"
        R"("location":{"lat":55.74479,"lng":-3.18157,"lon":-3.18157,"name":"roof"},)"
        R"("title":"Attic"},"id":1,"threshold_value":9.0,)"
        R"("timestamp":"2009-09-07T12:16:02.001403Z",)"
        R"("triggering_datastream":{"id":"temp","url":"https://h/v2/feeds/343/datastreams/temp",)"
        R"("at":"2009-09-07T12:16:02.000063Z",)"
        R"("units":{"label":"Celsius","symbol":"°C","type":"derivedSI"},)"
        R"("value":{"current_value":"9.07","value":"9.07","max_value":9.99,"min_value":0.0047}},)"
        R"("type":"gte","url":"https://h/v2/triggers/1"})");
}

TEST_CASE("what is not known is left out or empty, and a test says so") {
  Firing firing = make_firing();
  auto feed = std::make_shared<registry::Feed>();
  feed->id = 2;
  firing.feed = feed;
  firing.current.reset();
  firing.reading.reset();
  firing.trigger.settings.condition = Condition::frozen;
  firing.purpose = Purpose::test;
  CHECK(to_document(firing, "") ==
        R"({"environment":{"description":"","feed":"/v2/feeds/2","id":2,"location":{"name":""},)"
        R"("title":""},"id":1,"threshold_value":null,"timestamp":"2009-09-07T12:16:02.001403Z",)"
        R"("triggering_datastream":{"id":"temp","url":"/v2/feeds/2/datastreams/temp","at":"",)"
        R"("units":{"label":"","symbol":"","type":""},"value":{"current_value":"","value":""}},)"
        R"("type":"frozen","url":"/v2/triggers/1","debug":true})");
}

TEST_CASE("thresholds are numbers where they can be") {
  auto threshold = [](std::string text) {
    Firing firing = make_firing();
    firing.trigger.settings.condition = Condition::eq;
    firing.trigger.settings.threshold = std::move(text);
    auto document = to_document(firing, "");
    auto begin = document.find("\"threshold_value\":") + 18;
    return document.substr(begin, document.find(",\"timestamp\"") - begin);
  };
  CHECK(threshold("15") == "15");
  CHECK(threshold("-1.50") == "-1.50");
  CHECK(threshold("+15") == "15");
  CHECK(threshold(" 1.5") == "1.5");
  CHECK(threshold("open") == "\"open\"");
}

TEST_CASE("sentences for people") {
  auto sentence = [](Condition condition) {
    Firing firing = make_firing();
    firing.trigger.settings.condition = condition;
    return to_sentence(firing);
  };
  CHECK(sentence(Condition::gt) == "temp of Attic is 9.07 °C, over 9.0");
  CHECK(sentence(Condition::gte) == "temp of Attic is 9.07 °C, 9.0 or more");
  CHECK(sentence(Condition::lt) == "temp of Attic is 9.07 °C, under 9.0");
  CHECK(sentence(Condition::lte) == "temp of Attic is 9.07 °C, 9.0 or less");
  CHECK(sentence(Condition::eq) == "temp of Attic is 9.07 °C");
  CHECK(sentence(Condition::change) == "temp of Attic is 9.07 °C now");
  CHECK(sentence(Condition::frozen) == "temp of Attic has sent nothing for 15 minutes");
  CHECK(sentence(Condition::live) == "temp of Attic sends again: 9.07 °C");
}

TEST_CASE("a webhook is a form, or plain JSON, and signed if there is a secret") {
  Draft settings{.url = "http://h/x"};
  Record record;
  record.document = R"({"a":"b c"})";
  record.delivery.id = "77";
  auto post = to_post(settings, record);
  CHECK(post.url == "http://h/x");
  CHECK(post.body == "body=%7B%22a%22%3A%22b%20c%22%7D");
  CHECK(post.headers == std::vector<std::string>{"Content-Type: application/x-www-form-urlencoded",
                                                 "X-Thingtank-Delivery: 77"});
  settings.body_format = BodyFormat::json;
  settings.secret = "s3";
  post = to_post(settings, record);
  CHECK(post.body == record.document);
  CHECK(post.headers ==
        std::vector<std::string>{
            "Content-Type: application/json", "X-Thingtank-Delivery: 77",
            "X-Thingtank-Signature: sha256=" + to_hex(hmac_sha256("s3", record.document))});
}

TEST_CASE("what an answer means for the delivery") {
  auto result = [](int status) { return judge(outbound::HttpAnswer{.status = status}).result; };
  for (int status : {200, 201, 204}) CHECK(result(status) == Result::delivered);
  for (int status : {0, 408, 425, 429, 500, 502, 503, 504}) CHECK(result(status) == Result::again);
  for (int status : {301, 302, 400, 401, 403, 404, 405, 410, 422}) {
    CHECK(result(status) == Result::failed);
  }
  outbound::HttpAnswer refused{.problem = "no", .is_refused = true};
  CHECK(judge(refused).result == Result::failed);
  CHECK(judge(refused).message == "no");
  CHECK(judge(outbound::MailAnswer{.status = 250}).result == Result::delivered);
  CHECK(judge(outbound::MailAnswer{.status = 450, .problem = "x"}).result == Result::again);
  CHECK(judge(outbound::MailAnswer{.status = 0, .problem = "x"}).result == Result::again);
  CHECK(judge(outbound::MailAnswer{.status = 550, .problem = "x"}).result == Result::failed);
}

TEST_CASE("pauses grow from a second to a quarter of an hour") {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  CHECK(pause_after(1, 0, {}) == milliseconds(800));
  CHECK(pause_after(1, 0.5, {}) == seconds(1));
  CHECK(pause_after(1, 1, {}) == milliseconds(1200));
  CHECK(pause_after(2, 0.5, {}) == seconds(2));
  CHECK(pause_after(9, 0.5, {}) == seconds(256));
  CHECK(pause_after(11, 1, {}) == pause_max);
  CHECK(pause_after(4'000'000'000u, 1, {}) == pause_max);
  CHECK(pause_after(1, 0, seconds(30)) == seconds(30));
  CHECK(pause_after(1, 0, seconds(86'400)) == pause_max);
}

TEST_CASE("a record comes back as it was stored") {
  Record record{.kind = Kind::mail,
                .document = R"({"a":"\""})",
                .sentence = "it is °",
                .waited = Microseconds(5)};
  record.delivery = {.id = "7",
                     .trigger = 3,
                     .fired_at = *parse_time("2026-01-02T03:04:05Z"),
                     .destination = "mail to a@b",
                     .value = "1",
                     .state = DeliveryState::failed,
                     .attempts = 4,
                     .status = 503,
                     .message = "no",
                     .next_attempt = *parse_time("2026-01-02T03:04:06Z"),
                     .duration = Microseconds(9),
                     .is_test = true};
  auto back = decode_record(encode(record));
  CHECK(encode(back) == encode(record));
  CHECK(back.delivery.next_attempt == record.delivery.next_attempt);
  CHECK(back.kind == Kind::mail);
  CHECK(back.document == record.document);
}

TEST_CASE("a password in a URL is not shown") {
  Draft settings{.url = "https://anna:secret@example.org/x", .mail = "a@b", .topic = "t"};
  CHECK(destination_of(settings, Kind::webhook) == "POST https://example.org/x");
  CHECK(destination_of(settings, Kind::mail) == "mail to a@b");
  CHECK(destination_of(settings, Kind::topic) == "topic t");
  CHECK(lane_of(settings, Kind::webhook) == "https://example.org");
}

}  // namespace tt::triggers
