#pragma once

// Rendering: one page in the making.  It holds the variables that tags have added, the output, and
// what tags remember within this one page; nodes write through it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "web/template/settings.h"
#include "web/template/value.h"

namespace tt::web {

class Engine;
class Template;
class BlockNode;

// One block's versions, and how many of them are being rendered.
struct BlockChain {
  std::string_view name;
  std::vector<const BlockNode*> versions;
  std::size_t active = 0;
};

class Rendering {
 public:
  using Memories =
      std::vector<std::pair<std::pair<const void*, std::uint64_t>, std::shared_ptr<void>>>;

  // Engine and context outlive the Rendering.
  Rendering(const Engine& engine, const Context& context);

  const Engine& engine() const { return engine_; }
  const TemplateSettings& settings() const { return settings_; }

  // The variable; nullptr if there is none of that name.
  const Value* find(std::string_view name) const;
  // Adds a variable to the innermost scope, or replaces it there.  `name` must outlive the page.
  void set(std::string_view name, Value value);
  // Replaces the variable where it is; adds it to the innermost scope if it is nowhere.
  void set_upward(std::string_view name, Value value);
  // The same as set(), without a copy: `value` outlives the scope.
  void borrow(std::string_view name, const Value& value);

  void write_html(std::string_view html);
  // Escaped unless it is safe or escaping is off.
  void write(const Value& value);
  // What `body` writes, instead of in the page.
  std::string capture(const std::function<void()>& body);
  std::string take_output() { return std::move(out_); }

  Autoescape autoescape() const { return autoescape_; }

  // Variables set while a Scope lives go when it ends.
  class Scope {
   public:
    explicit Scope(Rendering& rendering)
        : rendering_(rendering),
          locals_(rendering.locals_.size()),
          frame_(std::exchange(rendering.frame_, rendering.locals_.size())) {}
    ~Scope() {
      rendering_.locals_.resize(locals_);
      rendering_.frame_ = frame_;
    }
    Scope(const Scope&) = delete;

    // Forgets the variables of this scope.
    void clear() { rendering_.locals_.resize(locals_); }

   private:
    Rendering& rendering_;
    std::size_t locals_;
    std::size_t frame_;
  };

  class Escaping {
   public:
    Escaping(Rendering& rendering, Autoescape autoescape)
        : rendering_(rendering), before_(std::exchange(rendering.autoescape_, autoescape)) {}
    ~Escaping() { rendering_.autoescape_ = before_; }
    Escaping(const Escaping&) = delete;

   private:
    Rendering& rendering_;
    Autoescape before_;
  };

  // One level of include, extends or block.super; throws Error beyond the limit.
  class Deeper {
   public:
    explicit Deeper(Rendering& rendering);
    ~Deeper() { --rendering_.depth_; }
    Deeper(const Deeper&) = delete;

   private:
    Rendering& rendering_;
  };

  // A part that is rendered as a page of its own: blocks and what tags remember start anew; with
  // Variables::hidden the outer variables are out of sight.
  enum class Variables : bool { visible, hidden };
  class Island {
   public:
    Island(Rendering& rendering, Variables variables);
    ~Island();
    Island(const Island&) = delete;

   private:
    Rendering& rendering_;
    std::size_t visible_from_;
    std::uint64_t loop_;
    bool outer_context_;
    bool visible_;
    std::vector<BlockChain> chains_;
    Memories memories_;
  };

  // What the tag `owner` remembers during this page, in this turn of loop `loop` (0 = the whole
  // page); default made at first.
  template <class T>
  T& memory(const void* owner, std::uint64_t loop = 0) {
    for (auto& [key, memory] : memories_) {
      if (key.first == owner && key.second == loop) return *static_cast<T*>(memory.get());
    }
    memories_.emplace_back(std::pair(owner, loop), std::make_shared<T>());
    return *static_cast<T*>(memories_.back().second.get());
  }

  // The number of the innermost loop of this page, 0 outside of loops.
  std::uint64_t loop() const { return loop_; }
  std::uint64_t begin_loop() { return std::exchange(loop_, ++loops_); }
  void end_loop(std::uint64_t outer);

  // The blocks of the templates that extend each other, the most derived first.
  std::vector<BlockChain>& chains() { return chains_; }
  // Keeps a template alive until the page is done.
  void keep(const std::shared_ptr<const Template>& kept);

 private:
  struct Local {
    std::string_view name;
    const Value* borrowed = nullptr;  // nullptr: `value` is it
    Value value;
    const Value& get() const { return borrowed ? *borrowed : value; }
  };
  static void move_loops(Memories& from, Memories& to);
  // Throws Error if the page would be too large.
  void require_room(std::size_t bytes) const;
  Local* find_local(std::string_view name, std::size_t from);

  const Engine& engine_;
  const TemplateSettings& settings_;
  const Context& context_;
  std::string out_;
  std::size_t captured_ = 0;  // bytes of the outputs that a capture has put aside
  std::vector<Local> locals_;
  std::size_t frame_ = 0;         // the innermost scope begins here
  std::size_t visible_from_ = 0;  // locals before are hidden
  bool outer_context_ = true;     // whether context_ is visible
  Autoescape autoescape_;
  std::size_t depth_ = 0;
  std::uint64_t loop_ = 0;
  std::uint64_t loops_ = 0;
  std::vector<BlockChain> chains_;
  Memories memories_;
  std::vector<std::shared_ptr<const Template>> kept_;
};

}  // namespace tt::web
