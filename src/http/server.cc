#include "http/server.h"

#include <ctime>

#include "base/error.h"
#include "base/log.h"
#include "http/detail/range.h"
#include "wire/gzip.h"
#include "wire/mime.h"

namespace tt::http {
namespace {

constexpr std::size_t head_read_bytes = 4 * 1024;  // what an idle connection keeps
constexpr std::size_t body_read_bytes = 64 * 1024;
constexpr std::size_t pending_bytes_max = 64 * 1024;  // pipelined responses gathered in memory
constexpr std::size_t compress_bytes_min = 1024;
constexpr std::size_t linger_bytes_max = 4 * 1024 * 1024;
constexpr std::chrono::seconds linger_timeout{2};

int status_of(wire::HttpFailure failure) {
  switch (failure) {
    case wire::HttpFailure::malformed: return 400;
    case wire::HttpFailure::header_too_large: return 431;
    case wire::HttpFailure::body_too_large: return 413;
  }
  return 400;
}

bool is_compressible(std::string_view content_type) {
  auto media = content_type.substr(0, content_type.find(';'));
  return media.starts_with("text/") || media == "application/json" ||
         media == "application/javascript" || media == "application/xml" ||
         media == "image/svg+xml" || media.ends_with("+json") || media.ends_with("+xml");
}

// "A Date header … every time" [RFC 9110 section 6.6.1]; made anew once a second.
class DateLine {
 public:
  std::string_view text() {
    std::time_t now = std::time(nullptr);
    if (now != second_) {
      second_ = now;
      std::tm parts{};
      ::gmtime_r(&now, &parts);
      size_ = std::strftime(line_, sizeof(line_), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    }
    return {line_, size_};
  }

 private:
  std::time_t second_ = 0;
  char line_[64];
  std::size_t size_ = 0;
};

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

class Connection final : public BodyReader {
 public:
  Connection(Server& server, std::unique_ptr<rt::Stream> stream, std::string first_bytes,
             rt::ConnectionContext& context)
      : server_(server),
        stream_(std::move(stream)),
        context_(context),
        deadline_(std::in_place, context.watchdog, *stream_),
        parser_({server.limits_.http_header_bytes_max, UINT64_MAX}),
        input_(std::move(first_bytes)) {}

  Task<> run() {
    bool go_on = true;
    while (go_on) {
      parser_.reset();
      body_bytes_ = 0;
      sent_continue_ = false;
      bool have_head = co_await read_head();
      if (!have_head) break;
      go_on = co_await answer_one();
    }
    if (stream_) co_await finish();
  }

  Task<std::string> read_some() override {
    const auto& head = parser_.head();
    auto limit = server_.limits_.http_body_bytes_max;
    if (head.content_length && *head.content_length > limit) throw_too_large();
    if (head.expects_continue && !parser_.done() && !std::exchange(sent_continue_, true)) {
      pending_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
    while (parser_.body().empty() && !parser_.done()) {
      if (unread().empty()) co_await fill(server_.limits_.http_body_timeout);
      auto taken = parser_.put(unread());
      if (!taken) throw Error(Code::invalid, taken.error().message);
      take(*taken);
      if (*taken == 0 && !parser_.done()) co_await fill(server_.limits_.http_body_timeout);
    }
    auto piece = parser_.take_body();
    body_bytes_ += piece.size();
    if (body_bytes_ > limit) throw_too_large();
    co_return piece;
  }

 private:
  std::string_view unread() const { return std::string_view(input_).substr(read_); }

  void take(std::size_t count) {
    read_ += count;
    if (read_ == input_.size()) {
      input_.clear();
      read_ = 0;
    }
  }

  [[noreturn]] void throw_too_large() {
    throw Error(Code::too_large, fmt::format("the body is larger than {} bytes",
                                             server_.limits_.http_body_bytes_max));
  }

  // Reads up to `room` bytes behind what is unread; 0 when the client has sent its last byte.
  Task<std::size_t> read_more(std::size_t room) {
    input_.erase(0, std::exchange(read_, 0));
    auto have = input_.size();
    input_.resize_and_overwrite(have + room, [](char*, std::size_t size) { return size; });
    std::size_t count = 0;
    try {
      count = co_await stream_->read_some(std::span(input_).subspan(have));
    } catch (...) {
      input_.resize(have);
      throw;
    }
    input_.resize(have + count);
    deadline_->clear();
    server_.bytes_in_.Increment(static_cast<double>(count));
    co_return count;
  }

  // Waits for more of a body; what was answered goes out first.
  Task<> fill(Microseconds timeout) {
    co_await flush();
    deadline_->set(timeout);
    auto count = co_await read_more(body_read_bytes);
    if (count == 0) throw Error(Code::unavailable, "the client closed the connection");
  }

  // False when the connection is over: closed, idle for too long, broken or malformed.
  Task<bool> read_head() {
    bool started = !unread().empty();
    auto begun = context_.watchdog.now();
    while (true) {
      if (!unread().empty()) {
        auto taken = parser_.put(unread());
        if (!taken) {
          co_await refuse(taken.error());
          co_return false;
        }
        take(*taken);
        if (parser_.head_done()) co_return true;
      }
      if (context_.draining && !started) co_return false;
      bool more = co_await fill_head(started, begun);
      if (!more) co_return false;
      if (!std::exchange(started, true)) begun = context_.watchdog.now();
    }
  }

  Task<bool> fill_head(bool started, Microseconds begun) {
    co_await flush();
    if (started) {
      auto spent = context_.watchdog.now() - begun;
      deadline_->set(std::max(Microseconds(0), server_.limits_.http_header_timeout - spent));
    } else {
      deadline_->set_idle(server_.limits_.http_idle_timeout);
      if (input_.capacity() > 2 * head_read_bytes) input_.shrink_to_fit();
    }
    try {
      co_return co_await read_more(head_read_bytes) > 0;
    } catch (const Error&) {
      co_return false;  // nobody waits for an answer
    }
  }

  Task<> refuse(wire::HttpProblem problem) {
    server_.failures_.Increment();
    auto response = Response::text(status_of(problem.failure), problem.message + "\n");
    response.close = true;
    co_await send(response, nullptr);
  }

  // False when the connection must end.
  Task<bool> answer_one() {
    server_.requests_.Increment();
    std::optional<Request> made;
    try {
      made.emplace(parser_.head(), stream_->peer(), *this, server_.limits_);
    } catch (const Error& e) {
      refusal_ = e.what();
    }
    if (!made) {
      wire::HttpProblem problem{wire::HttpFailure::malformed, std::move(refusal_)};
      co_await refuse(std::move(problem));
      co_return false;
    }
    Request& request = *made;
    Response response;
    std::exception_ptr failure;
    try {
      response = co_await server_.router_.handle(request);
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) response = response_to(failure, request);
    if (response.status >= 400) server_.failures_.Increment();
    if (response.upgrade) {
      co_await hand_over(std::move(response), request);
      co_return false;
    }
    bool body_left = !parser_.done();
    if (body_left || context_.draining || !parser_.head().keep_alive) response.close = true;
    co_await send(response, &request);
    co_return !response.close;
  }

  Task<> hand_over(Response response, const Request& request) {
    auto upgrade = std::move(response.upgrade);
    co_await send(response, &request);
    co_await flush();
    deadline_.reset();
    std::string rest(unread());
    co_await upgrade(std::move(stream_), std::move(rest), context_);
  }

  void append_head(const Response& response, bool chunked, std::optional<std::uint64_t> length) {
    auto out = std::back_inserter(pending_);
    if (response.status == 200) {
      pending_ += "HTTP/1.1 200 OK\r\n";
    } else {
      fmt::format_to(out, "HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
    }
    pending_ += date_.text();
    for (const auto& [name, value] : response.headers) {
      pending_ += name;
      pending_ += ": ";
      pending_ += value;
      pending_ += "\r\n";
    }
    if (chunked) {
      pending_ += "Transfer-Encoding: chunked\r\n";
    } else if (length && has_body(response.status)) {
      pending_ += "Content-Length: ";
      fmt::format_to(out, "{}\r\n", *length);
    }
    if (response.close) {
      pending_ += "Connection: close\r\n";
    } else if (parser_.head_done() && parser_.head().minor_version == 0) {
      pending_ += "Connection: keep-alive\r\n";
    }
    pending_ += "\r\n";
  }

  // Makes the response ready for this request: range, compression.
  void prepare(Response& response, const Request& request) {
    apply_range(response, request);
    auto whole =
        response.static_body.empty() ? std::string_view(response.body) : response.static_body;
    bool worth = whole.size() >= compress_bytes_min && response.status == 200 &&
                 response.compress == Compress::when_useful &&
                 response.header("Content-Encoding").empty() &&
                 is_compressible(response.header("Content-Type"));
    if (!worth) return;
    auto vary = std::string(response.header("Vary"));
    if (vary.empty()) {
      response.set("Vary", "Accept-Encoding");
    } else if (vary != "*" && !wire::list_has_token(vary, "Accept-Encoding")) {
      response.set("Vary", vary + ", Accept-Encoding");
    }
    if (!wire::accepts_coding(request.header("Accept-Encoding"), "gzip")) return;
    response.body = wire::gzip(whole);
    response.static_body = {};
    response.set("Content-Encoding", "gzip");
  }

  Task<> send(Response& response, const Request* request) {
    bool is_head = request && request->method() == Method::head;
    if (request && !response.writer) prepare(response, *request);
    if (response.writer) {
      co_await send_pieces(response, is_head);
      co_return;
    }
    auto whole =
        response.static_body.empty() ? std::string_view(response.body) : response.static_body;
    append_head(response, false, whole.size());
    if (is_head || !has_body(response.status)) whole = {};
    // A client that has sent its next request already gets several responses in one write.
    bool more_input = !unread().empty() && !response.close;
    if (more_input && pending_.size() + whole.size() < pending_bytes_max) {
      pending_ += whole;
      co_return;
    }
    co_await flush(whole);
  }

  Task<> send_pieces(Response& response, bool is_head) {
    bool chunked = !response.length && parser_.head().minor_version == 1;
    if (!response.length && !chunked) response.close = true;
    append_head(response, chunked, response.length);
    while (!is_head) {
      auto piece = co_await response.writer->next();
      if (!piece) break;
      if (piece->empty()) continue;
      if (chunked) fmt::format_to(std::back_inserter(pending_), "{:x}\r\n", piece->size());
      co_await flush(*piece);
      if (chunked) pending_ += "\r\n";
    }
    if (chunked && !is_head) pending_ += "0\r\n\r\n";
    co_await flush();
  }

  // Writes what is pending and then `more`.
  Task<> flush(std::string_view more = {}) {
    if (pending_.empty() && more.empty()) co_return;
    std::string_view parts[] = {pending_, more};
    std::span<const std::string_view> used(parts, more.empty() ? 1 : 2);
    server_.bytes_out_.Increment(static_cast<double>(pending_.size() + more.size()));
    deadline_->set(server_.limits_.http_write_timeout);
    co_await stream_->write(used);
    deadline_->clear();
    pending_.clear();
    if (pending_.capacity() > 4 * pending_bytes_max) pending_.shrink_to_fit();
  }

  // Closing a socket with unread input resets it, and the client may lose the response: so say
  // the end, and read on for a moment.                                  [RFC 9112 section 9.6]
  Task<> finish() {
    try {
      co_await flush();
      co_await stream_->shutdown_write();
      deadline_->set(linger_timeout);
      char scrap[4096];
      for (std::size_t total = 0; total < linger_bytes_max;) {
        auto count = co_await stream_->read_some(scrap);
        if (count == 0) break;
        total += count;
      }
    } catch (const Error&) {
      // The client is gone, which was the aim.
    }
    stream_->close();
  }

  Server& server_;
  std::unique_ptr<rt::Stream> stream_;
  rt::ConnectionContext& context_;
  std::optional<rt::Watchdog::Deadline> deadline_;
  wire::HttpParser parser_;
  std::string input_;
  std::size_t read_ = 0;  // bytes of input_ that are done with
  std::string pending_;   // output that was not written yet
  DateLine date_;
  std::string refusal_;
  std::uint64_t body_bytes_ = 0;
  bool sent_continue_ = false;
};

Server::Server(const Router& router, const Limits& limits, Metrics& metrics)
    : router_(router),
      limits_(limits),
      requests_(metrics.counter("thingtank_http_requests_total", "HTTP requests answered.")),
      failures_(
          metrics.counter("thingtank_http_failures_total", "HTTP responses of 400 and above.")),
      bytes_in_(
          metrics.counter("thingtank_http_received_bytes_total", "Bytes received over HTTP.")),
      bytes_out_(metrics.counter("thingtank_http_sent_bytes_total", "Bytes sent over HTTP.")) {}

Task<> Server::serve(std::unique_ptr<rt::Stream> stream, std::string first_bytes,
                     rt::ConnectionContext& context) {
  Connection connection(*this, std::move(stream), std::move(first_bytes), context);
  try {
    co_await connection.run();
  } catch (const Error& e) {
    log::debug("connection ended", {{"error", e.what()}});
  }
}

Response response_to(std::exception_ptr failure, const Request& request) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& e) {
    int status = status_of(e.code());
    if (status == 500) {
      log::error("request failed", {{"method", request.method_name()},
                                    {"path", request.path()},
                                    {"code", name_of(e.code())},
                                    {"error", e.what()}});
      return Response::text(500, "internal error; the server's log has the details\n");
    }
    return Response::text(status, std::string(e.what()) + "\n");
  } catch (const std::exception& e) {
    log::error("request failed",
               {{"method", request.method_name()}, {"path", request.path()}, {"error", e.what()}});
    return Response::text(500, "internal error; the server's log has the details\n");
  }
}

}  // namespace tt::http
