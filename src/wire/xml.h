#pragma once

// XML 1.0: a reader over pugixml for small documents from outside, and a writer without a tree.
//
// The reader is strict where it is a matter of safety: no DTD, so no entities beyond the five and
// no external references; UTF-8 only; bounded depth.

#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tt::wire {

struct XmlLimits {
  std::size_t bytes_max = 16 * 1024 * 1024;
  std::size_t depth_max = 64;
};

// Owns a document; its nodes are valid as long as it lives.
class XmlDocument {
 public:
  // The one outermost element.
  pugi::xml_node root() const { return document_->document_element(); }

 private:
  friend Result<XmlDocument> read_xml(std::string_view, const XmlLimits&);
  std::unique_ptr<pugi::xml_document> document_ = std::make_unique<pugi::xml_document>();
};

// Comments, processing instructions and text of white space only are left out.  The message of
// the Problem ends with line and column: "invalid format, element start and end names do not
// match at 6:17".
Result<XmlDocument> read_xml(std::string_view text, const XmlLimits& limits = {});

// Appends XML to a string:
//
//   XmlWriter xml(body);
//   xml.declaration().begin("eeml").attribute("version", "0.5.1");
//   xml.element("title", title).end();
//
// Names are written as they are.  Characters that XML cannot hold become U+FFFD.
class XmlWriter {
 public:
  // `out` must outlive the writer.
  explicit XmlWriter(std::string& out) : out_(out) {}

  // <?xml version="1.0" encoding="UTF-8"?>
  XmlWriter& declaration();
  XmlWriter& begin(std::string_view name);
  // Only directly after begin or attribute.
  XmlWriter& attribute(std::string_view name, std::string_view value);
  XmlWriter& text(std::string_view content);
  // Ends the innermost element; one without content becomes <name/>.
  XmlWriter& end();
  // begin(name).text(content).end()
  XmlWriter& element(std::string_view name, std::string_view content);

 private:
  void close_tag();

  std::string& out_;
  std::vector<std::string> open_;
  bool tag_is_open_ = false;
};

}  // namespace tt::wire
