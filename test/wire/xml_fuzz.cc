// What is accepted is UTF-8 everywhere and within the depth; any bytes can be written.
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/xml.h"

using namespace tt;
using namespace tt::wire;

namespace {

struct Check : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node& node) override {
    TT_ASSERT(is_utf8(node.name()) && is_utf8(node.value()) && depth() <= 64);
    for (auto attribute : node.attributes()) {
      TT_ASSERT(is_utf8(attribute.name()) && is_utf8(attribute.value()));
    }
    return true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto document = read_xml(text)) {
    Check check;
    document->root().traverse(check);
  } else {
    TT_ASSERT(document.error().offset <= size);
  }
  std::string written;
  XmlWriter(written).begin("a").attribute("b", text).text("x").text(text).end();
  auto document = read_xml(written);
  TT_ASSERT(document && *document->root().text().get() == 'x');
  return 0;
}
