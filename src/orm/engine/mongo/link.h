#pragma once

// Link: a connection of the pool, and the transaction that it is in.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "orm/engine/mongo/document.h"
#include "orm/engine/mongo/mongo.h"

struct _mongoc_client_pool_t;
struct _mongoc_client_t;
struct _mongoc_client_session_t;
struct _mongoc_cursor_t;

namespace tt::orm::engine {

// The connections to one server or cluster.  Many threads use it at a time.
class Pool {
 public:
  explicit Pool(const MongoOptions& options);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Throws unavailable if none gets free in time.
  _mongoc_client_t* take();
  void give_back(_mongoc_client_t* client);
  const std::string& database() const { return database_; }
  std::chrono::milliseconds statement_timeout() const { return statement_timeout_; }

 private:
  std::string database_;
  std::chrono::milliseconds statement_timeout_;
  _mongoc_client_pool_t* pool_;
};

// What a server can do.
enum class Standing : unsigned char { alone, in_replica_set };

// One thread at a time uses a Link.  All of its functions throw Error as mongo.h says.
class Link {
 public:
  explicit Link(Pool& pool);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  using TakeDocument = std::function<void(const _bson_t& document)>;
  // The documents of the cursor that a find or aggregate gives.
  void read(const EncodedDocument& command, const TakeDocument& take);
  void read(const Document& command, const TakeDocument& take) { read(encode(command), take); }
  // Any other command; its answer.
  EncodedDocument write(const EncodedDocument& command);
  EncodedDocument write(const Document& command) { return write(encode(command)); }
  // The same, but never part of the transaction, and no failure ends it.
  EncodedDocument write_apart(const EncodedDocument& command, const std::string& database);
  EncodedDocument write_apart(const Document& command) {
    return write_apart(encode(command), pool_.database());
  }
  void read_apart(const Document& command, const TakeDocument& take);
  // Inserts one after the other; `inserted` says how many, also if one is refused.
  void insert(const std::string& collection, const std::vector<Document>& documents,
              std::size_t& inserted);
  const std::string& database() const { return pool_.database(); }

  // Asks the server, if it is not known yet.
  Standing standing();

  void begin();
  void commit();
  // Does nothing if the server has given the transaction up already.
  void roll_back() noexcept;
  bool is_in_transaction() const { return session_ != nullptr; }
  // The server has ended the transaction because a statement failed.
  bool has_given_up() const { return has_given_up_; }

 private:
  enum class Scope : unsigned char { transaction, apart };
  struct Target {
    const std::string& database;
    Scope scope;
  };
  EncodedDocument run(const EncodedDocument& command, Target target);
  void drain(_mongoc_cursor_t* cursor, const TakeDocument& take);
  [[noreturn]] void fail(const void* error, const _bson_t* answer);
  EncodedDocument session_options(Scope scope) const;

  Pool& pool_;
  _mongoc_client_t* client_;
  _mongoc_client_session_t* session_ = nullptr;
  bool has_given_up_ = false;
};

}  // namespace tt::orm::engine
