#include "orm/engine/sqlite/writer.h"

#include "base/error.h"

namespace tt::orm::engine {
namespace {

const Statement begin{"BEGIN IMMEDIATE", {}};
const Statement commit{"COMMIT", {}};
const Statement roll_back{"ROLLBACK", {}};
const Statement set_savepoint{"SAVEPOINT member", {}};
const Statement release_savepoint{"RELEASE member", {}};
const Statement return_to_savepoint{"ROLLBACK TO member", {}};

}  // namespace

// While it lives, the connection belongs to this thread.
class Writer::Turn {
 public:
  explicit Turn(Writer& writer) : writer_(writer) {
    if (writer.writing_ == std::this_thread::get_id()) {
      throw Error(Code::internal, "inside a transaction only its own session can write");
    }
    ++writer.waiting_;
    writer.mutex_.lock();
    --writer.waiting_;
    writer.writing_ = std::this_thread::get_id();
  }
  ~Turn() {
    writer_.writing_ = std::thread::id();
    writer_.mutex_.unlock();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Writer& writer_;
};

Writer::Writer(const std::string& path, const SqliteOptions& options)
    : options_(options), connection_(path, options, Access::write) {}

// --- groups ------------------------------------------------------------------------------------

void Writer::join_group() {
  if (group_ && std::chrono::steady_clock::now() - group_->begun > options_.commit_delay_max) {
    finish_group();  // its members have waited long enough
  }
  if (group_) return;
  connection_.run(begin);
  group_ = std::make_shared<Group>();
}

// The first member has no savepoint: if its work fails nobody else's is lost.
void Writer::work_in_group(const Work& work) {
  bool is_first = group_->members == 0;
  if (!is_first) connection_.run(set_savepoint);
  try {
    SqliteSession session(connection_, SqliteSession::Place::inside);
    work(session);
    if (!connection_.is_in_transaction()) {
      throw Error(Code::unavailable, "the transaction was rolled back by an earlier failure");
    }
    if (!is_first) connection_.run(release_savepoint);
    ++group_->members;
  } catch (...) {
    // After some failures (disk full) SQLite has rolled back already.
    if (!connection_.is_in_transaction()) {
      lose_group();
    } else if (is_first) {
      connection_.run(roll_back);
      group_ = nullptr;
    } else {
      connection_.run(return_to_savepoint);
      connection_.run(release_savepoint);
    }
    throw;
  }
}

// Whoever waits for a turn will be asked the same.
bool Writer::is_due() const {
  return waiting_ == 0 || group_->members >= options_.commit_members_max;
}

void Writer::finish_group() {
  auto group = std::move(group_);
  group_ = nullptr;
  try {
    connection_.run(commit);
    group->committed.set_value(std::nullopt);
  } catch (const Error& error) {
    if (connection_.is_in_transaction()) connection_.run(roll_back);
    group->committed.set_value(Failure{error.code(), error.what()});
  }
}

void Writer::lose_group() {
  auto group = std::move(group_);
  group_ = nullptr;
  group->committed.set_value(
      Failure{Code::unavailable, "the transaction was rolled back by a failure of another writer"});
}

// --- turns -------------------------------------------------------------------------------------

void Writer::run(const Work& work) {
  std::shared_future<Outcome> outcome;
  {
    Turn turn(*this);
    struct Handing {  // the group does not stay open without anybody in line to commit it
      Writer& writer;
      ~Handing() {
        if (writer.group_ && writer.is_due()) writer.finish_group();
      }
    } handing{*this};
    join_group();
    outcome = group_->outcome;
    work_in_group(work);
  }
  if (const Outcome& failure = outcome.get()) throw Error(failure->code, failure->message);
}

void Writer::run_alone(const Work& work) {
  Turn turn(*this);
  if (group_) finish_group();
  SqliteSession session(connection_, SqliteSession::Place::alone);
  work(session);
}

}  // namespace tt::orm::engine
