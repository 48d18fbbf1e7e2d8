#pragma once

// From what the server sent to the cells of a row.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orm/database.h"
#include "orm/query.h"

struct _bson_t;

namespace tt::orm::engine {

// A cell of a row: the member that it is read from, and what the model says it is.
struct Cell {
  std::string name;
  CellType type;
};

// The cells of a document; Null for members that are not there.  Throws corrupt, naming the member
// but not its value, if one is of another type than its kind.
std::vector<Value> read_cells(const _bson_t& document, const std::vector<Cell>& cells);

// All members in their order, by their own types; documents and arrays as JSON texts.
std::vector<Value> read_all(const _bson_t& document);

// A member that is an integer or a text; nullopt if it is not there or of another type.
std::optional<std::int64_t> find_integer(const _bson_t& document, std::string_view path);
std::optional<std::string> find_text(const _bson_t& document, std::string_view path);

// What listIndexes says of one index; its table is left empty.
CreateIndex read_index(const _bson_t& document);

// The whole document, to be written back.
std::string bytes_of(const _bson_t& document);

// "12.34", "1.5E+3", "NaN", as decimal128 prints: rounded to the digits that a Decimal holds.
// nullopt for what is no such number.
std::optional<Decimal> read_decimal128(std::string_view text);

}  // namespace tt::orm::engine
