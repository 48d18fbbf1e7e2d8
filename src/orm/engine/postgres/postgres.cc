#include "orm/engine/postgres/postgres.h"

#include <fmt/format.h>

#include "orm/engine/postgres/connection.h"
#include "orm/engine/postgres/dialect.h"
#include "orm/server_database.h"

namespace tt::orm::engine {
namespace {

class PostgresServer final : public Server {
 public:
  explicit PostgresServer(PostgresOptions options) : options_(std::move(options)) {}

  const Dialect& dialect() const override { return dialect_; }
  std::unique_ptr<ServerConnection> connect(Patience patience) override {
    return std::make_unique<PostgresConnection>(options_, patience);
  }

  std::string_view find_table() const override {
    return "SELECT 1 FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) "
           "AND tablename = ?";
  }
  std::string stored_name(std::string_view table) const override {
    return PostgresDialect::stored_name(table);
  }
  Statement raw(std::string_view sql, std::vector<Value> values) const override {
    auto [text, placeholders] = numbered_placeholders(sql);
    if (placeholders != values.size()) {
      throw Error(Code::internal, "the number of values is not that of the placeholders");
    }
    return {std::move(text), std::move(values)};
  }
  bool has_transactional_schema() const override { return true; }

  // Never backwards: an id that was given once is not given again.
  void ids_were_given(ServerConnection& connection, const ModelInfo& model) const override {
    constexpr std::string_view advance = R"(
SELECT setval(sequence, greatest) FROM (
  SELECT pg_get_serial_sequence($1, $2)::regclass AS sequence,
         (SELECT max({1}) FROM {0}) AS greatest) AS found
WHERE greatest > coalesce(pg_sequence_last_value(sequence), 0))";
    std::string table = dialect_.quote(model.table);
    const std::string& column = model.id().column;
    Statement statement{fmt::format(fmt::runtime(advance), table, dialect_.quote(column)),
                        {table, column}};
    connection.run(statement, {}, [](std::span<Value>) {});
  }

 private:
  PostgresOptions options_;
  PostgresDialect dialect_;
};

}  // namespace

std::unique_ptr<Database> open_postgres(PostgresOptions options) {
  TT_ASSERT(options.statements_max > 0);
  PoolOptions pool{options.connections_max, options.wait_timeout};
  return make_server_database(std::make_unique<PostgresServer>(std::move(options)), pool);
}

}  // namespace tt::orm::engine
