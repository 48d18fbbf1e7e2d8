#include "orm/engine/mysql/mysql.h"

#include "orm/engine/mysql/connection.h"
#include "orm/engine/mysql/dialect.h"
#include "orm/server_database.h"

namespace tt::orm::engine {
namespace {

class MysqlServer final : public Server {
 public:
  explicit MysqlServer(MysqlOptions options) : options_(std::move(options)) {}

  const Dialect& dialect() const override { return dialect_; }
  std::unique_ptr<ServerConnection> connect(Patience patience) override {
    return std::make_unique<MysqlConnection>(options_, patience);
  }

  std::string_view find_table() const override {
    return "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() "
           "AND table_type = 'BASE TABLE' AND table_name = ?";
  }
  std::string stored_name(std::string_view table) const override {
    return MysqlDialect::stored_name(table);
  }
  Statement raw(std::string_view sql, std::vector<Value> values) const override {
    return {std::string(sql), std::move(values)};
  }
  bool has_transactional_schema() const override { return false; }

  // AUTO_INCREMENT follows the greatest id by itself.
  void ids_were_given(ServerConnection&, const ModelInfo&) const override {}

 private:
  MysqlOptions options_;
  MysqlDialect dialect_;
};

}  // namespace

std::unique_ptr<Database> open_mysql(MysqlOptions options) {
  TT_ASSERT(options.statements_max > 0);
  PoolOptions pool{options.connections_max, options.wait_timeout};
  return make_server_database(std::make_unique<MysqlServer>(std::move(options)), pool);
}

}  // namespace tt::orm::engine
