#pragma once

// Media types and the choice between what a view can write and what a client accepts.
//
// As in Django REST framework, q-values do not count: the most specific type of the Accept header
// wins ("a/b;x=1" before "a/b" before "a/*" before "*/*"), then the order of the renderers.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tt::web::rest {

struct MediaType {
  std::string type;                                             // "text", lower case
  std::string subtype;                                          // "html"
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  // Never fails: what is malformed matches nothing.
  static MediaType parse(std::string_view text);
  // nullptr if there is none.
  const std::string* find(std::string_view parameter) const;
  // True if everything that this type says (but q) is said by `other`, too, or left open.
  bool matches(const MediaType& other) const;
  // 0 for "*/*", 1 for "a/*", 2 for "a/b", 3 with parameters.
  int precedence() const;
};

// The index of the renderer to take and the type as the client asked for it, with its parameters;
// nullopt if the client accepts none.  `accept` is the header, nullopt if there is none.
struct Accepted {
  std::size_t renderer = 0;
  MediaType type;
};
std::optional<Accepted> choose_renderer(std::span<const MediaType> renderers,
                                        std::optional<std::string_view> accept);

// What "indent" of the accepted type says, in 0 … 8; 0 without it or if it is no number.
int indent_of(const MediaType& accepted);

}  // namespace tt::web::rest
