#include "orm/engine/mysql/cells.h"

#include <mysql.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <list>

#include "base/error.h"
#include "base/text.h"

namespace tt::orm::engine {
namespace {

constexpr unsigned binary_charset = 63;  // "the binary pseudo-charset" of the protocol

// --- times -------------------------------------------------------------------------------------

MYSQL_TIME to_mysql(Date date, enum_mysql_timestamp_type type) {
  std::chrono::year_month_day day(date.day);
  int year = static_cast<int>(day.year());
  if (!day.ok() || year < 0 || year > year_max) {
    throw Error(Code::invalid, "MariaDB keeps times and dates of the years 0 to 9999 only");
  }
  MYSQL_TIME out{};
  out.year = static_cast<unsigned>(year);
  out.month = static_cast<unsigned>(day.month());
  out.day = static_cast<unsigned>(day.day());
  out.time_type = type;
  return out;
}

MYSQL_TIME to_mysql(Time time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  MYSQL_TIME out = to_mysql(Date{day}, MYSQL_TIMESTAMP_DATETIME);
  std::chrono::hh_mm_ss<Microseconds> clock(time - day);
  out.hour = static_cast<unsigned>(clock.hours().count());
  out.minute = static_cast<unsigned>(clock.minutes().count());
  out.second = static_cast<unsigned>(clock.seconds().count());
  out.second_part = static_cast<unsigned long>(clock.subseconds().count());
  return out;
}

Date date_of(const MYSQL_TIME& time) {
  std::chrono::year_month_day day(std::chrono::year(static_cast<int>(time.year)),
                                  std::chrono::month(time.month), std::chrono::day(time.day));
  return Date{std::chrono::sys_days(day)};
}

Time time_of(const MYSQL_TIME& time) {
  return Time(date_of(time).day) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
         Microseconds(static_cast<std::int64_t>(time.second_part));
}

}  // namespace

// --- parameters --------------------------------------------------------------------------------

struct MysqlParameters::Storage {
  std::vector<MYSQL_BIND> binds;
  std::list<std::int64_t> integers;
  std::list<double> reals;
  std::list<MYSQL_TIME> times;
  std::list<std::string> texts;  // that were made here

  MYSQL_BIND fixed(enum_field_types type, void* buffer) {
    MYSQL_BIND bind{};
    bind.buffer_type = type;
    bind.buffer = buffer;
    return bind;
  }
  MYSQL_BIND text(enum_field_types type, const std::string& bytes) {
    MYSQL_BIND bind = fixed(type, const_cast<char*>(bytes.data()));
    bind.buffer_length = bytes.size();
    bind.length_value = bytes.size();
    return bind;
  }

  MYSQL_BIND operator()(Null) { return fixed(MYSQL_TYPE_NULL, nullptr); }
  MYSQL_BIND operator()(bool value) { return (*this)(std::int64_t{value}); }
  MYSQL_BIND operator()(std::int64_t value) {
    return fixed(MYSQL_TYPE_LONGLONG, &integers.emplace_back(value));
  }
  MYSQL_BIND operator()(double value) {
    if (!std::isfinite(value)) {
      throw Error(Code::invalid, "MariaDB keeps finite numbers only");
    }
    return fixed(MYSQL_TYPE_DOUBLE, &reals.emplace_back(value));
  }
  MYSQL_BIND operator()(const std::string& value) { return text(MYSQL_TYPE_STRING, value); }
  MYSQL_BIND operator()(const Bytes& value) { return text(MYSQL_TYPE_BLOB, value.bytes); }
  MYSQL_BIND operator()(Time value) {
    return fixed(MYSQL_TYPE_DATETIME, &times.emplace_back(to_mysql(value)));
  }
  MYSQL_BIND operator()(Date value) {
    return fixed(MYSQL_TYPE_DATE, &times.emplace_back(to_mysql(value, MYSQL_TIMESTAMP_DATE)));
  }
  MYSQL_BIND operator()(const Decimal& value) {
    return text(MYSQL_TYPE_NEWDECIMAL, texts.emplace_back(value.text()));
  }
  MYSQL_BIND operator()(const Uuid& value) {
    return text(MYSQL_TYPE_STRING, texts.emplace_back(value.text()));
  }
};

MysqlParameters::MysqlParameters(const std::vector<Value>& values)
    : storage_(std::make_unique<Storage>()) {
  for (const Value& value : values) storage_->binds.push_back(std::visit(*storage_, value));
  for (MYSQL_BIND& bind : storage_->binds) bind.length = &bind.length_value;
}
MysqlParameters::~MysqlParameters() = default;
st_mysql_bind* MysqlParameters::data() { return storage_->binds.data(); }

// --- rows --------------------------------------------------------------------------------------

namespace {

// How a column is fetched.
enum class Form : unsigned char {
  integer,
  unsigned_integer,
  real,
  time,
  date,
  decimal,
  text,
  bytes
};

Form form_of(const MYSQL_FIELD& field) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_YEAR: return Form::integer;
    case MYSQL_TYPE_LONGLONG:
      return field.flags & UNSIGNED_FLAG ? Form::unsigned_integer : Form::integer;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE: return Form::real;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP: return Form::time;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE: return Form::date;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL: return Form::decimal;
    default: break;
  }
  // A TIME and a BIT are given as texts are, with the charset of bytes.
  bool is_bytes = field.charsetnr == binary_charset && field.type != MYSQL_TYPE_TIME;
  return is_bytes ? Form::bytes : Form::text;
}

Value decimal_cell(std::string_view text) {
  if (auto integer = parse_number<std::int64_t>(text)) return *integer;
  if (auto decimal = Decimal::parse(text)) return *decimal;
  double real = 0;  // an average has more digits
  std::from_chars(text.data(), text.data() + text.size(), real);
  return real;
}

Value unsigned_cell(std::int64_t bits) {
  if (bits >= 0) return bits;
  return static_cast<double>(static_cast<std::uint64_t>(bits));
}

}  // namespace

struct MysqlRow::Storage {
  struct Cell {
    Form form = Form::text;
    union {
      std::int64_t integer;
      double real;
      MYSQL_TIME time;
    } fixed{};
    unsigned long length = 0;
    my_bool is_null = 0;
  };
  std::vector<Cell> cells;
  std::vector<MYSQL_BIND> binds;

  static MYSQL_BIND bind_of(Cell& cell) {
    MYSQL_BIND bind{};
    bind.length = &cell.length;
    bind.is_null = &cell.is_null;
    bind.buffer = &cell.fixed;
    switch (cell.form) {
      case Form::integer: bind.buffer_type = MYSQL_TYPE_LONGLONG; break;
      case Form::unsigned_integer:
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.is_unsigned = 1;
        break;
      case Form::real: bind.buffer_type = MYSQL_TYPE_DOUBLE; break;
      case Form::time: bind.buffer_type = MYSQL_TYPE_DATETIME; break;
      case Form::date: bind.buffer_type = MYSQL_TYPE_DATE; break;
      // Only the length is fetched; the bytes when it is known.
      case Form::decimal:
      case Form::text: bind.buffer_type = MYSQL_TYPE_STRING; break;
      case Form::bytes: bind.buffer_type = MYSQL_TYPE_BLOB; break;
    }
    return bind;
  }

  std::string bytes(MYSQL_STMT* statement, std::size_t column) {
    std::string out(cells[column].length, '\0');
    MYSQL_BIND bind = binds[column];
    bind.buffer = out.data();
    bind.buffer_length = out.size();
    mysql_stmt_fetch_column(statement, &bind, static_cast<unsigned>(column), 0);
    return out;
  }
};

MysqlRow::MysqlRow(const st_mysql_field* fields, std::size_t columns)
    : storage_(std::make_unique<Storage>()) {
  storage_->cells.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    storage_->cells[i].form = form_of(fields[i]);
    storage_->binds.push_back(Storage::bind_of(storage_->cells[i]));
  }
}
MysqlRow::~MysqlRow() = default;
st_mysql_bind* MysqlRow::data() { return storage_->binds.data(); }
std::size_t MysqlRow::columns() const { return storage_->cells.size(); }

Value MysqlRow::cell(st_mysql_stmt* statement, std::size_t column) {
  const Storage::Cell& cell = storage_->cells[column];
  if (cell.is_null) return Null{};
  switch (cell.form) {
    case Form::integer: return cell.fixed.integer;
    case Form::unsigned_integer: return unsigned_cell(cell.fixed.integer);
    case Form::real: return cell.fixed.real;
    case Form::time: return time_of(cell.fixed.time);
    case Form::date: return date_of(cell.fixed.time);
    case Form::decimal: return decimal_cell(storage_->bytes(statement, column));
    case Form::text: return storage_->bytes(statement, column);
    case Form::bytes: return Bytes{storage_->bytes(statement, column)};
  }
  TT_ASSERT(!"unknown form");
}

}  // namespace tt::orm::engine
