#include "wire/http_parser.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/fields.hpp>

#include "wire/header_value.h"

namespace tt::wire {
namespace {

namespace http = boost::beast::http;
using Ec = boost::beast::error_code;
using View = boost::beast::string_view;

// Copies the head into one string, because the caller's buffer moves on; `head` is made of views
// into it when it is complete.
class Parser final : public http::basic_parser<true> {
 public:
  struct Place {
    std::size_t name, name_size, value, value_size;
  };
  std::string text;
  std::size_t method_size = 0, target_size = 0;
  std::vector<Place> places;
  int minor_version = 1;
  std::string body;

 private:
  void on_request_impl(http::verb, View method, View target, int version, Ec& ec) override {
    if (version != 10 && version != 11) ec = http::error::bad_version;
    minor_version = version % 10;
    method_size = method.size();
    target_size = target.size();
    text.append(method.data(), method.size()).append(target.data(), target.size());
  }
  void on_response_impl(int, View, int, Ec&) override {}
  void on_field_impl(http::field, View name, View value, Ec&) override {
    places.push_back({text.size(), name.size(), text.size() + name.size(), value.size()});
    text.append(name.data(), name.size()).append(value.data(), value.size());
  }
  void on_header_impl(Ec&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Ec&) override {}
  std::size_t on_body_impl(View bytes, Ec&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, View, Ec&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, Ec&) override {
    body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(Ec&) override {}
};

HttpProblem problem_of(const Ec& ec) {
  if (ec == http::error::header_limit) {
    return {HttpFailure::header_too_large, "the request line and headers are too large"};
  }
  if (ec == http::error::body_limit) return {HttpFailure::body_too_large, "the body is too large"};
  return {HttpFailure::malformed, "malformed request: " + ec.message()};
}

}  // namespace

std::string_view HttpHead::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

struct HttpParser::Impl {
  Settings settings;
  std::optional<Parser> parser;
  HttpHead head;
  std::string text, body;  // the buffers of the request before, for their capacity
  std::vector<Parser::Place> places;

  void read_head() {
    std::string_view all = parser->text;
    head.method = all.substr(0, parser->method_size);
    head.target = all.substr(parser->method_size, parser->target_size);
    head.minor_version = parser->minor_version;
    head.headers.clear();
    for (const auto& place : parser->places) {
      head.headers.push_back(
          {all.substr(place.name, place.name_size), all.substr(place.value, place.value_size)});
    }
    head.content_length.reset();
    if (auto length = parser->content_length()) head.content_length = *length;
    head.chunked = parser->chunked();
    head.keep_alive = parser->keep_alive();
    head.upgrade = parser->upgrade();
    head.expects_continue = equal_ignoring_case(head.header("Expect"), "100-continue");
  }
};

HttpParser::HttpParser(Settings settings) : impl_(std::make_unique<Impl>()) {
  impl_->settings = settings;
  reset();
}

HttpParser::~HttpParser() = default;

void HttpParser::reset() {
  auto& parser = impl_->parser;
  if (parser) {
    impl_->text = std::move(parser->text);
    impl_->body = std::move(parser->body);
    impl_->places = std::move(parser->places);
  }
  parser.emplace();
  impl_->text.clear();
  impl_->body.clear();
  impl_->places.clear();
  parser->text = std::move(impl_->text);
  parser->body = std::move(impl_->body);
  parser->places = std::move(impl_->places);
  parser->header_limit(static_cast<std::uint32_t>(impl_->settings.header_bytes_max));
  parser->body_limit(impl_->settings.body_bytes_max);
  parser->eager(false);
}

std::expected<std::size_t, HttpProblem> HttpParser::put(std::string_view bytes) {
  auto& parser = *impl_->parser;
  bool had_head = parser.is_header_done();
  if (had_head) parser.eager(true);
  Ec ec;
  auto taken = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec == http::error::need_more) {
    if (!parser.is_header_done() && bytes.size() > impl_->settings.header_bytes_max) {
      ec = http::error::header_limit;
      return std::unexpected(problem_of(ec));
    }
    ec = {};
  }
  if (ec) return std::unexpected(problem_of(ec));
  if (had_head || !parser.is_header_done()) return taken;
  impl_->read_head();
  // "If a Transfer-Encoding header field is present in a request and the chunked transfer coding
  //  is not the final encoding, the message body length cannot be determined reliably; the server
  //  MUST respond with the 400 (Bad Request) status code and then close the connection."
  //                                                                     [RFC 9112 section 6.3]
  if (!impl_->head.chunked && !impl_->head.header("Transfer-Encoding").empty()) {
    return std::unexpected(
        HttpProblem{HttpFailure::malformed, "malformed request: unknown Transfer-Encoding"});
  }
  return taken;
}

bool HttpParser::head_done() const { return impl_->parser->is_header_done(); }
bool HttpParser::done() const { return impl_->parser->is_done(); }
const HttpHead& HttpParser::head() const { return impl_->head; }
std::string HttpParser::take_body() { return std::exchange(impl_->parser->body, {}); }
const std::string& HttpParser::body() const { return impl_->parser->body; }

}  // namespace tt::wire
