#include "orm/server_cells.h"

#include "base/error.h"

namespace tt::orm {
namespace {

struct ToInteger {
  Value operator()(bool cell) const { return std::int64_t{cell}; }
  Value operator()(const Decimal& cell) const {
    if (auto whole = cell.with_places(0)) return whole->unscaled;
    return cell;
  }
  Value operator()(auto cell) const { return cell; }
};

struct ToReal {
  Value operator()(std::int64_t cell) const { return static_cast<double>(cell); }
  Value operator()(const Decimal& cell) const { return cell.real(); }
  Value operator()(auto cell) const { return cell; }
};

struct ToBoolean {
  Value operator()(std::int64_t cell) const { return cell != 0; }
  Value operator()(auto cell) const { return cell; }
};

struct ToDecimal {
  Value operator()(std::int64_t cell) const { return Decimal{cell, 0}; }
  Value operator()(auto cell) const { return cell; }
};

struct ToUuid {
  Value operator()(std::string cell) const {
    if (auto uuid = Uuid::parse(cell)) return *uuid;
    return cell;
  }
  Value operator()(auto cell) const { return cell; }
};

struct ToText {
  Value operator()(Bytes cell) const { return std::move(cell.bytes); }
  Value operator()(auto cell) const { return cell; }
};

struct ToBytes {
  Value operator()(std::string cell) const { return Bytes{std::move(cell)}; }
  Value operator()(auto cell) const { return cell; }
};

}  // namespace

Value fitted(Value cell, Kind kind) {
  switch (kind) {
    case Kind::id:
    case Kind::foreign_key:
    case Kind::integer: return std::visit(ToInteger{}, std::move(cell));
    case Kind::real: return std::visit(ToReal{}, std::move(cell));
    case Kind::boolean: return std::visit(ToBoolean{}, std::move(cell));
    case Kind::decimal: return std::visit(ToDecimal{}, std::move(cell));
    case Kind::uuid: return std::visit(ToUuid{}, std::move(cell));
    case Kind::text:
    case Kind::json: return std::visit(ToText{}, std::move(cell));
    case Kind::bytes: return std::visit(ToBytes{}, std::move(cell));
    case Kind::time:
    case Kind::date:
    case Kind::virtual_many: return cell;
  }
  TT_ASSERT(!"unknown kind");
}

}  // namespace tt::orm
