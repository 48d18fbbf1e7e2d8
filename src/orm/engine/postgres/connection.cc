#include "orm/engine/postgres/connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <charconv>

#include "orm/engine/postgres/failure.h"
#include "orm/server_cells.h"

namespace tt::orm::engine {
namespace {

// The server itself ends a statement after statement_timeout; the socket is given up this much
// later.
constexpr std::chrono::seconds answer_grace{5};

// Around each statement of a transaction.  The nested transactions of ServerSession have other
// names.
constexpr const char* set_savepoint = "SAVEPOINT statement";
constexpr const char* release_savepoint = "RELEASE SAVEPOINT statement";
constexpr const char* undo_statement =
    "ROLLBACK TO SAVEPOINT statement; RELEASE SAVEPOINT statement";

std::string one_line(std::string_view message) {
  std::string out;
  for (char c : message) out += c == '\n' || c == '\t' ? ' ' : c;
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// Debian's; libpq has none of its own before version 16.
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

const char* authorities_of(const PostgresOptions& options) {
  bool is_verified = options.tls == PostgresOptions::Tls::verified;
  return options.tls_ca_file.empty() && is_verified ? system_authorities
                                                    : options.tls_ca_file.c_str();
}

const char* name_of(PostgresOptions::Tls tls) {
  switch (tls) {
    case PostgresOptions::Tls::off: return "disable";
    case PostgresOptions::Tls::preferred: return "prefer";
    case PostgresOptions::Tls::required: return "require";
    case PostgresOptions::Tls::verified: return "verify-full";
  }
  TT_ASSERT(!"unknown tls mode");
}

// False when `deadline` has passed.
bool poll_until(int socket, short events, std::chrono::steady_clock::time_point deadline) {
  pollfd polled{socket, events, 0};
  for (;;) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    int found = poll(&polled, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
    if (found > 0) return true;
    if (found < 0 && errno != EINTR) return true;  // the next call on the socket says why
  }
}

bool is_failure(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
    case PGRES_PIPELINE_ABORTED: return false;
    default: return true;
  }
}

// Plans and types that have changed since the statement was prepared.
bool is_stale_statement(const PGresult* failure) {
  std::string state = postgres::sql_state(failure);
  return state == "26000" ||
         (state == "0A000" && std::string_view(PQresultErrorField(failure, PG_DIAG_MESSAGE_PRIMARY))
                                  .contains("cached plan"));
}

std::vector<postgres::Parameter> parameters_of(const Statement& statement) {
  std::vector<postgres::Parameter> parameters;
  parameters.reserve(statement.values.size());
  for (const Value& value : statement.values) parameters.push_back(postgres::to_parameter(value));
  return parameters;
}

}  // namespace

void PostgresConnection::CloseConnection::operator()(pg_conn* connection) const {
  PQfinish(connection);
}
void PostgresConnection::ClearResult::operator()(pg_result* result) const { PQclear(result); }

// --- opening -----------------------------------------------------------------------------------

PostgresConnection::PostgresConnection(const PostgresOptions& options, Patience patience)
    : patience_(patience),
      answer_timeout_(options.statement_timeout + answer_grace),
      statements_max_(options.statements_max) {
  connect(options);
  configure(options);
}

void PostgresConnection::connect(const PostgresOptions& options) {
  std::string port = std::to_string(options.port);
  std::pair<const char*, const char*> settings[] = {
      {"host", options.host.c_str()},           {"port", port.c_str()},
      {"dbname", options.database.c_str()},     {"user", options.user.c_str()},
      {"password", options.password.c_str()},   {"sslmode", name_of(options.tls)},
      {"sslrootcert", authorities_of(options)}, {"client_encoding", "UTF8"},
      {"application_name", "thingtank"},
  };
  std::vector<const char*> names, values;
  for (auto [name, value] : settings) {
    if (*value == '\0') continue;  // libpq's own default
    names.push_back(name);
    values.push_back(value);
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  handle_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!handle_) throw std::bad_alloc();
  PQsetNoticeProcessor(handle_.get(), [](void*, const char*) {}, nullptr);

  auto deadline = Clock::now() + options.connect_timeout;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (PQstatus(handle_.get()) == CONNECTION_BAD || state == PGRES_POLLING_FAILED) {
      lose(one_line(PQerrorMessage(handle_.get())));
    }
    short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!poll_until(PQsocket(handle_.get()), events, deadline)) {
      lose(fmt::format("{} did not answer in time", options.host));
    }
    state = PQconnectPoll(handle_.get());
  }
}

void PostgresConnection::configure(const PostgresOptions& options) {
  const char* encoding = PQparameterStatus(handle_.get(), "server_encoding");
  if (!encoding || std::string_view(encoding) != "UTF8") {
    throw Error(Code::unavailable,
                fmt::format("PostgreSQL: the encoding of the database {} is not UTF8; make it with "
                            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
                            options.database));
  }
  PQsetnonblocking(handle_.get(), 1);
  auto timeout = patience_ == Patience::endless ? 0 : options.statement_timeout.count();
  run_text(
      fmt::format("SET statement_timeout = {}; SET TIME ZONE 'UTC'; SET DateStyle = 'ISO';"
                  "SET default_transaction_isolation = 'read committed';"
                  "SET standard_conforming_strings = on; SET bytea_output = 'hex';"
                  "SET extra_float_digits = 1",
                  timeout));
}

// --- state -------------------------------------------------------------------------------------

// The server says nothing to an idle connection but that it closes it.
bool PostgresConnection::is_usable() {
  if (is_lost_ || is_talking_ || PQstatus(handle_.get()) != CONNECTION_OK) return false;
  pollfd polled{PQsocket(handle_.get()), POLLIN, 0};
  return poll(&polled, 1, 0) == 0;
}

bool PostgresConnection::is_in_transaction() const {
  if (is_lost_) return false;
  auto status = PQtransactionStatus(handle_.get());
  return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

bool PostgresConnection::has_given_up() const {
  return is_lost_ || has_conflict_ || PQtransactionStatus(handle_.get()) == PQTRANS_INERROR;
}

void PostgresConnection::begin() {
  has_conflict_ = false;
  run_text("BEGIN");
}

void PostgresConnection::fail(const pg_result* result) {
  if (PQresultStatus(result) == PGRES_EMPTY_QUERY) {
    throw Error(Code::internal, "an empty SQL statement");
  }
  try {
    postgres::throw_failure(result);
  } catch (const ConnectionLost&) {
    is_lost_ = true;
    throw;
  } catch (const TransactionConflict&) {
    has_conflict_ = is_in_transaction();
    throw;
  }
}

void PostgresConnection::lose(const std::string& reason) {
  is_lost_ = true;
  throw ConnectionLost("PostgreSQL: " + reason);
}

// --- prepared statements -----------------------------------------------------------------------

namespace {

// Whether a statement that was prepared for `types` takes the parameters.  A null is of any type.
bool takes(const std::vector<postgres::Type>& types,
           const std::vector<postgres::Parameter>& given) {
  return std::ranges::equal(types, given,
                            [](postgres::Type type, const postgres::Parameter& value) {
                              return !value.bytes || value.type == type;
                            });
}

// Those of `given`; for a null what was known before, so that few statements are prepared twice.
std::vector<postgres::Type> merged(const std::vector<postgres::Type>& known,
                                   const std::vector<postgres::Parameter>& given) {
  std::vector<postgres::Type> types;
  for (const postgres::Parameter& value : given) {
    bool takes_known = !value.bytes && types.size() < known.size();
    types.push_back(takes_known ? known[types.size()] : value.type);
  }
  return types;
}

}  // namespace

PostgresConnection::Prepared& PostgresConnection::keep(
    const std::string& text, const std::vector<postgres::Parameter>& parameters) {
  std::vector<postgres::Type> known;
  if (auto found = by_text_.find(text); found != by_text_.end()) {
    if (takes(found->second->types, parameters)) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return kept_.front();
    }
    known = found->second->types;
    forget(text);
  }
  while (kept_.size() >= statements_max_) forget(std::string(kept_.back().text));
  kept_.push_front({text, fmt::format("s{}", next_name_++), merged(known, parameters), false});
  by_text_.emplace(kept_.front().text, kept_.begin());
  return kept_.front();
}

void PostgresConnection::forget(const std::string& text) {
  auto found = by_text_.find(text);
  if (found == by_text_.end()) return;
  auto kept = found->second;
  if (kept->is_prepared) unused_.push_back(kept->name);
  by_text_.erase(found);
  kept_.erase(kept);
}

// --- sending -----------------------------------------------------------------------------------

void PostgresConnection::send(const std::string& command) {
  if (!PQsendQueryParams(handle_.get(), command.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                         0)) {
    lose(one_line(PQerrorMessage(handle_.get())));
  }
  sent_.push_back(Command::guard);
}

void PostgresConnection::send_prepare(const Prepared& prepared) {
  std::vector<Oid> types;
  for (postgres::Type type : prepared.types) types.push_back(static_cast<Oid>(type));
  if (!PQsendPrepare(handle_.get(), prepared.name.c_str(), prepared.text.c_str(),
                     static_cast<int>(types.size()), types.data())) {
    lose(one_line(PQerrorMessage(handle_.get())));
  }
  sent_.push_back(Command::prepare);
}

void PostgresConnection::send_execute(const Prepared& prepared,
                                      const std::vector<postgres::Parameter>& parameters) {
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const postgres::Parameter& parameter : parameters) {
    values.push_back(parameter.bytes ? parameter.bytes->c_str() : nullptr);
    lengths.push_back(parameter.bytes ? static_cast<int>(parameter.bytes->size()) : 0);
    formats.push_back(parameter.is_binary);
  }
  if (!PQsendQueryPrepared(handle_.get(), prepared.name.c_str(), static_cast<int>(values.size()),
                           values.data(), lengths.data(), formats.data(), 0)) {
    lose(one_line(PQerrorMessage(handle_.get())));
  }
  sent_.push_back(Command::execute);
}

// --- receiving ---------------------------------------------------------------------------------

PostgresConnection::Clock::time_point PostgresConnection::deadline() const {
  return patience_ == Patience::endless ? Clock::time_point::max() : Clock::now() + answer_timeout_;
}

void PostgresConnection::wait(Clock::time_point deadline) {
  int unsent = PQflush(handle_.get());
  if (unsent < 0) lose(one_line(PQerrorMessage(handle_.get())));
  short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
  if (!poll_until(PQsocket(handle_.get()), events, deadline)) lose("the server does not answer");
  if (!PQconsumeInput(handle_.get())) lose(one_line(PQerrorMessage(handle_.get())));
}

PostgresConnection::ResultPtr PostgresConnection::next_result(Clock::time_point deadline) {
  if (PQflush(handle_.get()) < 0) lose(one_line(PQerrorMessage(handle_.get())));
  while (PQisBusy(handle_.get())) wait(deadline);
  ResultPtr result(PQgetResult(handle_.get()));
  refuse_copy(result.get());
  // A server that shuts down says so before it closes the connection.
  bool is_over = PQstatus(handle_.get()) == CONNECTION_BAD;
  if (is_over) lose(one_line(PQerrorMessage(handle_.get())));
  return result;
}

void PostgresConnection::refuse_copy(const pg_result* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH: lose("COPY is not supported");
    default: return;
  }
}

PostgresConnection::Answer PostgresConnection::receive() {
  Answer answer;
  auto until = deadline();
  for (Command command : sent_) {
    while (ResultPtr result = next_result(until)) {
      bool is_done = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
      if (command == Command::prepare) answer.is_prepared = is_done;
      if (is_failure(result.get())) {
        answer.failure = std::move(result);
      } else if (command == Command::execute) {
        answer.rows = std::move(result);
      }
    }
  }
  next_result(until);  // of the sync
  sent_.clear();
  return answer;
}

PostgresConnection::Answer PostgresConnection::attempt(const Statement& statement) {
  auto parameters = parameters_of(statement);
  Prepared& prepared = keep(statement.text, parameters);
  bool is_guarded = is_in_transaction();
  is_talking_ = true;
  PQenterPipelineMode(handle_.get());
  for (const std::string& name : unused_) send("DEALLOCATE " + name);
  unused_.clear();
  if (is_guarded) send(set_savepoint);
  if (!prepared.is_prepared) send_prepare(prepared);
  send_execute(prepared, parameters);
  if (is_guarded) send(release_savepoint);
  PQpipelineSync(handle_.get());
  Answer answer = receive();
  PQexitPipelineMode(handle_.get());
  is_talking_ = false;
  prepared.is_prepared = prepared.is_prepared || answer.is_prepared;
  if (answer.failure) {
    if (PQtransactionStatus(handle_.get()) == PQTRANS_INERROR) run_text(undo_statement);
    forget(statement.text);
  }
  return answer;
}

std::int64_t PostgresConnection::run(const Statement& statement, std::span<const Kind> kinds,
                                     const Session::TakeRow& take) {
  Answer answer = attempt(statement);
  if (answer.failure && is_stale_statement(answer.failure.get())) answer = attempt(statement);
  if (answer.failure) fail(answer.failure.get());
  const PGresult* rows = answer.rows.get();
  if (!rows) throw Error(Code::internal, "PostgreSQL gave no answer to a statement");

  Row row;
  auto columns = static_cast<std::size_t>(PQnfields(rows));
  for (int number = 0; number < PQntuples(rows); ++number) {
    row.clear();
    for (std::size_t i = 0; i < columns; ++i) {
      row.push_back(cell(rows, number, static_cast<int>(i)));
      if (i < kinds.size()) row.back() = fitted(std::move(row.back()), kinds[i]);
    }
    take(row);
  }
  std::string_view changed = PQcmdTuples(const_cast<PGresult*>(rows));
  std::int64_t count = 0;
  std::from_chars(changed.data(), changed.data() + changed.size(), count);
  return count;
}

Value PostgresConnection::cell(const pg_result* rows, int row, int column) {
  if (PQgetisnull(rows, row, column)) return Null{};
  std::string_view text(PQgetvalue(rows, row, column),
                        static_cast<std::size_t>(PQgetlength(rows, row, column)));
  return postgres::from_cell(static_cast<postgres::Type>(PQftype(rows, column)), text);
}

void PostgresConnection::run_text(const std::string& text) {
  is_talking_ = true;
  if (!PQsendQuery(handle_.get(), text.c_str())) lose(one_line(PQerrorMessage(handle_.get())));
  ResultPtr failure;
  auto until = deadline();
  while (ResultPtr result = next_result(until)) {
    if (is_failure(result.get()) && !failure) failure = std::move(result);
  }
  is_talking_ = false;
  if (failure) fail(failure.get());
}

}  // namespace tt::orm::engine
