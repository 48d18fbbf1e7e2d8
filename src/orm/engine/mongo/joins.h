#pragma once

// Joins: where the rows that a query reaches over relations stand in its documents.
//
// Each step becomes a $lookup into a member of its own ("__j0", "__j1", …) of the outermost
// document, and an $unwind that keeps rows without a partner: a left join.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "orm/engine/mongo/document.h"
#include "orm/query.h"

namespace tt::orm::engine {

// "_id" for the id, else the column's name.
std::string member_of(const FieldInfo& field);

class Joins {
 public:
  // The member path of a column for conditions of a call: steps to many rows are shared within it.
  std::string place(const Path& path, unsigned call);
  // The same for what is no condition: shares the first steps that calls up to `call` made.
  std::string shared_place(const Path& path, unsigned call);

  // In the order in which they were asked for.
  void write(Array& stages) const;
  bool empty() const { return joins_.empty(); }

 private:
  static constexpr std::size_t root = static_cast<std::size_t>(-1);
  struct Join {
    std::size_t parent = root;
    Step step;
    std::optional<unsigned> call;  // of the steps to many rows on the way here
  };

  std::size_t add(std::size_t parent, const Step& step, std::optional<unsigned> call);
  std::string name_of(std::size_t join) const;
  std::string place_in(std::size_t join, const FieldInfo& field) const;
  void write_join(Array& stages, std::size_t index) const;

  std::vector<Join> joins_;
};

}  // namespace tt::orm::engine
