// Documents from hostile clients, in every format and at every address that takes one.

#include "gateway/xively/document.h"

namespace {

using namespace tt;
using namespace tt::gateway::xively;

template <class Parse>
void attempt(Parse parse) {
  try {
    parse();
  } catch (const Error& e) {
    TT_ASSERT(e.code() == Code::invalid || e.code() == Code::unprocessable);
  }
}

// The first byte of an input chooses: from 128 on XML, else even JSON and odd CSV.
Format format_of(std::uint8_t choice) {
  if (choice >= 128) return Format::xml;
  return choice % 2 == 0 ? Format::json : Format::csv;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Limits limits;
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto format = format_of(data[0]);
  switch (data[0] % 128 / 2 % 5) {
    case 0: attempt([&] { parse_feed(body, format, limits); }); break;
    case 1: attempt([&] { parse_datastream(body, "id", format, limits); }); break;
    case 2: attempt([&] { parse_datastreams(body, format, limits); }); break;
    case 3: attempt([&] { parse_datapoints(body, format, limits); }); break;
    case 4: attempt([&] { parse_value(body, format, limits); }); break;
  }
  return 0;
}
