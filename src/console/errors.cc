#include "console/errors.h"

#include "wire/json_writer.h"

namespace tt::console {

http::Response error_response(Code code, std::string_view message) {
  int status = http::status_of(code);
  std::string body;
  wire::JsonWriter json(body);
  json.begin_object().member("title", http::reason_of(status)).member("errors", message);
  json.end_object();
  return http::Response::json(status, std::move(body));
}

}  // namespace tt::console
