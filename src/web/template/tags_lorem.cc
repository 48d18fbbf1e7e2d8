// {% lorem count method random %}: text to fill a page with while it is designed.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/random.h"
#include "web/template/engine.h"
#include "web/template/filter.h"
#include "web/template/text.h"

namespace tt::web {
namespace {

constexpr std::int64_t count_max = 10'000;
constexpr std::size_t common_words = 19;

// Cicero, De finibus bonorum et malorum, as printers have cut it since the 1960s.
constexpr std::string_view passage =
    "Lorem ipsum dolor sit amet, consectetur adipisicing elit, sed do eiusmod tempor incididunt "
    "ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco "
    "laboris nisi ut aliquip ex ea commodo consequat. Duis aute irure dolor in reprehenderit in "
    "voluptate velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat "
    "cupidatat non proident, sunt in culpa qui officia deserunt mollit anim id est laborum.";

// The words of the passage, in lower case and without punctuation.
std::vector<std::string> passage_words() {
  std::vector<std::string> out;
  for (auto word : words(passage)) {
    out.push_back(lower(word.substr(0, word.find_first_of(".,"))));
  }
  return out;
}

class Latin {
 public:
  Latin() : words_(passage_words()), random_(seed()) {}

  std::string word() { return words_[random_.below(words_.size())]; }
  std::string words(std::size_t count, bool common) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ' ';
      out += common && i < common_words ? words_[i] : word();
    }
    return out;
  }
  std::string paragraph() {
    std::string out;
    for (auto left = 1 + random_.below(4); left > 0; --left) {
      auto sentence = words(5 + random_.below(10), false);
      sentence.front() = static_cast<char>(sentence.front() - 'a' + 'A');
      out += (out.empty() ? "" : " ") + sentence + ".";
    }
    return out;
  }

 private:
  static std::uint64_t seed() {
    std::uint64_t seed = 0;
    for (char c : random_bytes(sizeof seed)) seed = seed << 8 | static_cast<unsigned char>(c);
    return seed;
  }
  std::vector<std::string> words_;
  SeededRandom random_;
};

class LoremNode : public Node {
 public:
  enum class Begin : bool { random, common };
  LoremNode(Expression count, char method, Begin begin)
      : count_(std::move(count)), method_(method), begin_(begin) {}

  void render(Rendering& rendering) const override {
    auto wanted = integer_of(count_.value(rendering)).value_or(1);
    auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, count_max));
    bool common = begin_ == Begin::common;
    Latin latin;
    if (method_ == 'w') return rendering.write_html(latin.words(count, common));
    for (std::size_t i = 0; i < count; ++i) {
      auto text = common && i == 0 ? std::string(passage) : latin.paragraph();
      if (i > 0) rendering.write_html("\n\n");
      rendering.write_html(method_ == 'p' ? "<p>" + text + "</p>" : text);
    }
  }

 private:
  Expression count_;
  char method_;  // words, paragraphs of HTML, blocks of text
  Begin begin_;
};

std::unique_ptr<Node> parse_lorem(Parser& parser, const Tag& tag) {
  std::vector<std::string_view> words(tag.words.begin() + 1, tag.words.end());
  auto begin = LoremNode::Begin::common;
  if (!words.empty() && words.back() == "random") {
    begin = LoremNode::Begin::random;
    words.pop_back();
  }
  char method = 'b';
  if (!words.empty() && (words.back() == "w" || words.back() == "p" || words.back() == "b")) {
    method = words.back().front();
    words.pop_back();
  }
  if (words.size() > 1) throw Error(Code::invalid, "Incorrect format for 'lorem' tag");
  auto count = parser.expression(words.empty() ? "1" : words.front());
  return std::make_unique<LoremNode>(std::move(count), method, begin);
}

}  // namespace

std::map<std::string, TagParser, std::less<>> lorem_tags() { return {{"lorem", parse_lorem}}; }

}  // namespace tt::web
