#include "web/core/multipart.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/bytes.h"
#include "web/core/utf8_text.h"
#include "web/template/text.h"
#include "wire/header_value.h"

namespace tt::web {
namespace {

[[noreturn]] void fail(std::string_view why) {
  throw Error(Code::invalid, fmt::format("the multipart form is malformed: {}", why));
}

[[noreturn]] void too_large(std::string_view what, std::size_t limit) {
  throw Error(Code::too_large, fmt::format("the form has more than {} {}", limit, what));
}

// ; name=token; name="quoted \" string": the value of one parameter.  Browsers write quotes in
// names as %22, and some a backslash before them; other backslashes (folders of Windows) stay.
std::optional<std::string> parameter_of(std::string_view header, std::string_view wanted) {
  auto at = header.find(';');
  while (at != header.npos && at < header.size()) {
    auto equals = header.find('=', ++at);
    if (equals == header.npos) return std::nullopt;
    auto name = trim(header.substr(at, equals - at));
    at = equals + 1;
    while (at < header.size() && (header[at] == ' ' || header[at] == '\t')) ++at;
    std::string value;
    if (at < header.size() && header[at] == '"') {
      for (++at; at < header.size() && header[at] != '"'; ++at) {
        if (header[at] == '\\' && at + 1 < header.size() && header[at + 1] == '"') ++at;
        value += header[at];
      }
      if (at == header.size()) return std::nullopt;
      at = header.find(';', at);
    } else {
      auto end = header.find(';', at);
      value = trim(header.substr(at, end == header.npos ? end : end - at));
      at = end;
    }
    if (wire::equal_ignoring_case(name, wanted)) return value;
  }
  return std::nullopt;
}

// "boundary := 0*69<bchars> bcharsnospace"                              [RFC 2046 section 5.1.1]
std::string boundary_of(std::string_view content_type) {
  auto boundary = parameter_of(content_type, "boundary");
  constexpr std::string_view marks = "'()+_,-./:=? ";
  auto is_allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != marks.npos;
  };
  if (!boundary || boundary->empty() || boundary->size() > 70 || boundary->ends_with(' ') ||
      !std::ranges::all_of(*boundary, is_allowed)) {
    fail("its Content-Type has no valid boundary");
  }
  return *boundary;
}

// Without folders, as either system writes them; empty for what cannot be a name.
std::string file_name_of(std::string name) {
  name = valid_utf8(std::move(name));
  if (auto slash = name.find_last_of("/\\"); slash != name.npos) name.erase(0, slash + 1);
  std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return name == "." || name == ".." ? std::string() : name;
}

struct PartHeader {
  std::string field;
  std::optional<std::string> file_name;
  std::string content_type;
  bool is_base64 = false;
};

void read_header_line(std::string_view line, PartHeader& header) {
  auto colon = line.find(':');
  if (colon == line.npos) fail("a part has a header without a colon");
  auto name = trim(line.substr(0, colon));
  auto value = trim(line.substr(colon + 1));
  if (wire::equal_ignoring_case(name, "Content-Disposition")) {
    if (!wire::equal_ignoring_case(trim(value.substr(0, value.find(';'))), "form-data")) {
      fail("a part is not form-data");
    }
    header.field = valid_utf8(parameter_of(value, "name").value_or(""));
    header.file_name = parameter_of(value, "filename");
  } else if (wire::equal_ignoring_case(name, "Content-Type")) {
    header.content_type = valid_utf8(std::string(value));
  } else if (wire::equal_ignoring_case(name, "Content-Transfer-Encoding")) {
    header.is_base64 = wire::equal_ignoring_case(value, "base64");
  }
}

// The lines up to the empty one, which are taken off `part`.
PartHeader take_header(std::string_view& part) {
  PartHeader header;
  auto end = part.find("\r\n\r\n");
  if (part.starts_with("\r\n")) fail("a part has no Content-Disposition");
  if (end == part.npos) fail("a part has no end of its headers");
  if (end > part_header_bytes_max) {
    throw Error(Code::too_large, fmt::format("the headers of a form's part are larger than {} "
                                             "bytes",
                                             part_header_bytes_max));
  }
  auto lines = part.substr(0, end);
  part.remove_prefix(end + 4);
  while (!lines.empty()) {
    auto line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(std::min(line.size() + 2, lines.size()));
    read_header_line(line, header);
  }
  return header;
}

class FormReader {
 public:
  FormReader(std::string_view body, std::string_view content_type, const FormLimits& limits)
      : rest_(body), delimiter_("--" + boundary_of(content_type)), limits_(limits) {}

  MultipartForm read() {
    skip_preamble();
    delimiter_.insert(0, "\r\n");
    while (!at_close()) {
      auto end = rest_.find(delimiter_);
      if (end == rest_.npos) fail("it ends before its last boundary");
      take(rest_.substr(0, end));
      rest_.remove_prefix(end + delimiter_.size());
    }
    return std::move(form_);
  }

 private:
  void skip_preamble() {
    if (!rest_.starts_with(delimiter_)) {
      auto first = rest_.find("\r\n" + delimiter_);
      if (first == rest_.npos) fail("its boundary does not occur");
      rest_.remove_prefix(first + 2);
    }
    rest_.remove_prefix(delimiter_.size());
  }

  // Behind a boundary: "--" ends the form, else a part begins on the next line.
  bool at_close() {
    if (rest_.starts_with("--")) return true;
    auto padding = std::min(rest_.find_first_not_of(" \t"), rest_.size());
    rest_.remove_prefix(padding);
    if (!rest_.starts_with("\r\n")) fail("a boundary is not followed by the end of its line");
    rest_.remove_prefix(2);
    return false;
  }

  void take(std::string_view part) {
    auto header = take_header(part);
    if (header.field.empty()) fail("a part has no name");
    std::string content(part);
    if (header.is_base64) {
      std::erase_if(content, [](char c) { return c == '\r' || c == '\n'; });
      auto decoded = from_base64(content);
      if (!decoded) fail("a part is not base64");
      content = *std::move(decoded);
    }
    if (header.file_name) {
      take_file(std::move(header), std::move(content));
    } else {
      take_field(std::move(header.field), std::move(content));
    }
  }

  void take_field(std::string name, std::string value) {
    if (++fields_ > limits_.fields_max) too_large("fields", limits_.fields_max);
    fields_bytes_ += name.size() + value.size();
    if (fields_bytes_ > limits_.fields_bytes_max) {
      too_large("bytes in its fields", limits_.fields_bytes_max);
    }
    form_.fields.add(std::move(name), valid_utf8(std::move(value)));
  }

  void take_file(PartHeader header, std::string content) {
    auto name = file_name_of(*std::move(header.file_name));
    // Parts without a name count as well: they cost as much.
    if (++files_ > limits_.files_max) too_large("files", limits_.files_max);
    files_bytes_ += content.size();
    if (files_bytes_ > limits_.files_bytes_max) {
      too_large("bytes in its files", limits_.files_bytes_max);
    }
    if (name.empty()) return;
    form_.files.push_back({std::move(header.field), std::move(name), std::move(header.content_type),
                           std::move(content)});
  }

  std::string_view rest_;
  std::string delimiter_;
  const FormLimits& limits_;
  MultipartForm form_;
  std::size_t fields_ = 0, fields_bytes_ = 0, files_ = 0, files_bytes_ = 0;
};

}  // namespace

MultipartForm parse_multipart(std::string_view body, std::string_view content_type,
                              const FormLimits& limits) {
  return FormReader(body, content_type, limits).read();
}

}  // namespace tt::web
