#include "orm/engine/mongo/link.h"

#include <fmt/format.h>
#include <mongoc/mongoc.h>

#include <mutex>

#include "base/error.h"
#include "base/log.h"
#include "orm/engine/mongo/cell.h"
#include "orm/engine/mongo/failure.h"

namespace tt::orm::engine {

// --- Pool --------------------------------------------------------------------------------------

namespace {

// What a server may take longer than its own time-out, to tell so.
constexpr std::chrono::milliseconds answer_grace{500};

void write_log(mongoc_log_level_t level, const char* domain, const char* message, void*) {
  if (level <= MONGOC_LOG_LEVEL_WARNING) {
    log::warn("MongoDB client", {{"part", domain}, {"message", message}});
  } else {
    log::debug("MongoDB client", {{"part", domain}, {"message", message}});
  }
}

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_init();
    mongoc_log_set_handler(write_log, nullptr);
  });
}

using Uri = std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)>;

Uri uri_of(const MongoOptions& options) {
  bson_error_t error;
  Uri uri(nullptr, mongoc_uri_destroy);
  if (options.host.contains("://")) {
    uri.reset(mongoc_uri_new_with_error(options.host.c_str(), &error));
  } else {
    std::string host = options.host.empty() ? "127.0.0.1" : options.host;
    uri.reset(mongoc_uri_new_for_host_port(host.c_str(), options.port));
  }
  if (!uri) throw Error(Code::invalid, "the address of the MongoDB server is not valid");
  if (!options.user.empty()) {
    mongoc_uri_set_username(uri.get(), options.user.c_str());
    mongoc_uri_set_password(uri.get(), options.password.c_str());
  }
  auto set = [&](const char* name, std::chrono::milliseconds value) {
    mongoc_uri_set_option_as_int32(uri.get(), name, static_cast<std::int32_t>(value.count()));
  };
  set(MONGOC_URI_CONNECTTIMEOUTMS, options.connect_timeout);
  set(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, options.connect_timeout);
  set(MONGOC_URI_SOCKETTIMEOUTMS, options.statement_timeout + answer_grace);
  set(MONGOC_URI_WAITQUEUETIMEOUTMS, options.wait_timeout);
  mongoc_uri_set_option_as_int32(uri.get(), MONGOC_URI_MAXPOOLSIZE,
                                 static_cast<std::int32_t>(options.connections_max));
  // Written to the journal of most members before it is acknowledged.
  mongoc_uri_set_option_as_utf8(uri.get(), MONGOC_URI_W, "majority");
  mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_JOURNAL, true);
  if (!options.replica_set.empty()) {
    mongoc_uri_set_option_as_utf8(uri.get(), MONGOC_URI_REPLICASET, options.replica_set.c_str());
  }
  if (options.tls != MongoOptions::Tls::off) {
    mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_TLS, true);
    mongoc_uri_set_option_as_bool(uri.get(), MONGOC_URI_TLSALLOWINVALIDCERTIFICATES,
                                  options.tls == MongoOptions::Tls::required);
  }
  if (!options.tls_ca_file.empty()) {
    mongoc_uri_set_option_as_utf8(uri.get(), MONGOC_URI_TLSCAFILE, options.tls_ca_file.c_str());
  }
  return uri;
}

}  // namespace

Pool::Pool(const MongoOptions& options)
    : database_(options.database), statement_timeout_(options.statement_timeout) {
  start_library();
  if (database_.empty() || database_.find_first_of("/\\. \"$*<>:|?") != std::string::npos) {
    throw Error(Code::invalid, "the name of the MongoDB database is not valid");
  }
  if (options.connections_max == 0) throw Error(Code::invalid, "connections_max must not be 0");
  bson_error_t error;
  pool_ = mongoc_client_pool_new_with_error(uri_of(options).get(), &error);
  if (!pool_) throw Error(Code::invalid, fmt::format("the MongoDB server: {}", error.message));
  mongoc_client_pool_set_error_api(pool_, MONGOC_ERROR_API_VERSION_2);
  mongoc_client_pool_set_appname(pool_, "thingtank");
}

Pool::~Pool() { mongoc_client_pool_destroy(pool_); }

mongoc_client_t* Pool::take() {
  mongoc_client_t* client = mongoc_client_pool_pop(pool_);
  if (client) return client;
  throw Error(Code::unavailable, "all connections to the MongoDB server are in use");
}

void Pool::give_back(mongoc_client_t* client) { mongoc_client_pool_push(pool_, client); }

// --- Link --------------------------------------------------------------------------------------

Link::Link(Pool& pool) : pool_(pool), client_(pool.take()) {}

Link::~Link() {
  roll_back();
  pool_.give_back(client_);
}

namespace {

using Session = std::unique_ptr<mongoc_client_session_t, decltype(&mongoc_client_session_destroy)>;

Session start_session(mongoc_client_t* client) {
  bson_error_t error;
  Session session(mongoc_client_start_session(client, nullptr, &error),
                  mongoc_client_session_destroy);
  if (!session) throw_failure(error, nullptr);
  return session;
}

EncodedDocument options_with(const mongoc_client_session_t* session) {
  EncodedDocument options(bson_new());
  bson_error_t error;
  if (session && !mongoc_client_session_append(session, options.get(), &error)) {
    throw_failure(error, nullptr);
  }
  return options;
}

}  // namespace

void Link::fail(const void* error, const bson_t* answer) {
  // "the transaction is aborted" by any failure of a statement of it, but not by those of ours.
  if (session_) has_given_up_ = true;
  throw_failure(*static_cast<const bson_error_t*>(error), answer);
}

EncodedDocument Link::session_options(Scope scope) const {
  return options_with(scope == Scope::transaction ? session_ : nullptr);
}

EncodedDocument Link::run(const EncodedDocument& command, Target target) {
  EncodedDocument options = session_options(target.scope);
  bson_t answer;
  bson_error_t error{};
  bool is_done = mongoc_client_write_command_with_opts(
      client_, target.database.c_str(), command.get(), options.get(), &answer, &error);
  EncodedDocument kept(bson_copy(&answer));
  bson_destroy(&answer);
  if (!is_done || bson_has_field(kept.get(), "writeErrors")) {
    if (target.scope == Scope::apart) throw_failure(error, kept.get());
    fail(&error, kept.get());
  }
  return kept;
}

EncodedDocument Link::write(const EncodedDocument& command) {
  return run(command, {pool_.database(), Scope::transaction});
}

EncodedDocument Link::write_apart(const EncodedDocument& command, const std::string& database) {
  return run(command, {database, Scope::apart});
}

// A cursor belongs to a session, so there has to be one even without a transaction.
void Link::read(const EncodedDocument& command, const TakeDocument& take) {
  Session own(nullptr, mongoc_client_session_destroy);
  if (!session_) own = start_session(client_);
  EncodedDocument cursor_options = options_with(session_ ? session_ : own.get());
  EncodedDocument options(bson_copy(cursor_options.get()));
  BSON_APPEND_INT64(options.get(), "maxTimeMS", pool_.statement_timeout().count());
  bson_t answer;
  bson_error_t error{};
  bool is_done = mongoc_client_read_command_with_opts(
      client_, pool_.database().c_str(), command.get(), nullptr, options.get(), &answer, &error);
  if (!is_done) {
    EncodedDocument kept(bson_copy(&answer));
    bson_destroy(&answer);
    fail(&error, kept.get());
  }
  drain(mongoc_cursor_new_from_command_reply_with_opts(client_, &answer, cursor_options.get()),
        take);
}

void Link::read_apart(const Document& command, const TakeDocument& take) {
  mongoc_client_session_t* outer = std::exchange(session_, nullptr);
  try {
    read(command, take);
  } catch (...) {
    session_ = outer;
    throw;
  }
  session_ = outer;
}

void Link::drain(mongoc_cursor_t* cursor, const TakeDocument& take) {
  std::unique_ptr<mongoc_cursor_t, decltype(&mongoc_cursor_destroy)> owner(cursor,
                                                                           mongoc_cursor_destroy);
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(cursor, &document)) take(*document);
  bson_error_t error{};
  const bson_t* answer = nullptr;
  if (mongoc_cursor_error_document(cursor, &error, &answer)) fail(&error, answer);
}

void Link::insert(const std::string& collection, const std::vector<Document>& documents,
                  std::size_t& inserted) {
  inserted = 0;
  std::vector<EncodedDocument> encoded;
  std::vector<const bson_t*> pointers;
  for (const Document& document : documents) {
    encoded.push_back(encode(document));
    pointers.push_back(encoded.back().get());
    if (pointers.back()->len > document_bytes_max) {
      throw Error(Code::too_large, fmt::format("{}: a row of MongoDB holds at most {} MiB",
                                               collection, document_bytes_max / (1024 * 1024)));
    }
  }
  std::unique_ptr<mongoc_collection_t, decltype(&mongoc_collection_destroy)> target(
      mongoc_client_get_collection(client_, pool_.database().c_str(), collection.c_str()),
      mongoc_collection_destroy);
  EncodedDocument options = session_options(Scope::transaction);
  bson_t answer;
  bson_error_t error{};
  bool is_done = mongoc_collection_insert_many(target.get(), pointers.data(), pointers.size(),
                                               options.get(), &answer, &error);
  EncodedDocument kept(bson_copy(&answer));
  bson_destroy(&answer);
  inserted = static_cast<std::size_t>(find_integer(*kept, "insertedCount").value_or(0));
  if (!is_done) fail(&error, kept.get());
}

// --- transactions ------------------------------------------------------------------------------

namespace {

constexpr std::int64_t wire_version_min = 8;  // MongoDB 4.2

void check_version(const mongoc_server_description_t* server) {
  const bson_t* hello = mongoc_server_description_hello_response(server);
  if (find_integer(*hello, "maxWireVersion").value_or(0) >= wire_version_min) return;
  throw Error(Code::unsupported, "this MongoDB server is older than 4.2");
}

void tell_once(Standing standing) {
  static std::once_flag once;
  if (standing != Standing::alone) return;
  std::call_once(once, [] {
    log::warn(
        "this MongoDB server stands alone and has no transactions: what is done in one is "
        "seen by others at once, and undone row by row if it fails; a replica set has them");
  });
}

}  // namespace

Standing Link::standing() {
  bson_error_t error{};
  std::unique_ptr<mongoc_server_description_t, decltype(&mongoc_server_description_destroy)> server(
      mongoc_client_select_server(client_, true, nullptr, &error),
      mongoc_server_description_destroy);
  if (!server) throw_failure(error, nullptr);
  check_version(server.get());
  std::string_view type = mongoc_server_description_type(server.get());
  Standing standing =
      type == "RSPrimary" || type == "Mongos" ? Standing::in_replica_set : Standing::alone;
  tell_once(standing);
  return standing;
}

void Link::begin() {
  TT_ASSERT(session_ == nullptr);
  Session session = start_session(client_);
  bson_error_t error{};
  if (!mongoc_client_session_start_transaction(session.get(), nullptr, &error)) {
    throw_failure(error, nullptr);
  }
  has_given_up_ = false;
  session_ = session.release();
}

void Link::commit() {
  TT_ASSERT(session_ != nullptr);
  bson_t answer;
  bson_error_t error{};
  bool is_done = mongoc_client_session_commit_transaction(session_, &answer, &error);
  EncodedDocument kept(bson_copy(&answer));
  bson_destroy(&answer);
  mongoc_client_session_destroy(std::exchange(session_, nullptr));
  if (!is_done) throw_failure(error, kept.get());
}

void Link::roll_back() noexcept {
  if (!session_) return;
  mongoc_client_session_abort_transaction(session_, nullptr);  // the server does it by itself, too
  mongoc_client_session_destroy(std::exchange(session_, nullptr));
  has_given_up_ = false;
}

}  // namespace tt::orm::engine
