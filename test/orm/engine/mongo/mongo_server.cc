#include "mongo_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>
#include <stdexcept>
#include <vector>

extern char** environ;

namespace tt::test {

MongoServer::MongoServer(std::string replica_set) : replica_set_(std::move(replica_set)) {
  start();
}

MongoServer::~MongoServer() { kill(); }

void MongoServer::start() {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::vector<std::string> words{"/usr/bin/python3", "-B", TT_MONGO_SERVER_SCRIPT, "--port",
                                 std::to_string(port_)};
  if (!replica_set_.empty()) words.insert(words.end(), {"--replica-set", replica_set_});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int failed = posix_spawn(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  input_ = input[1];
  FILE* answers = fdopen(output[0], "r");
  char word[16] = "";
  int port = 0;
  bool is_ready = !failed && fscanf(answers, "%15s %d", word, &port) == 2;
  fclose(answers);
  if (!is_ready) throw std::runtime_error("mongo_server.py did not start");
  port_ = static_cast<std::uint16_t>(port);
}

void MongoServer::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  ::close(input_);
  pid_ = -1;
}

void MongoServer::stall() {
  ::kill(pid_, SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);  // until it has stopped
}
void MongoServer::go_on() { ::kill(pid_, SIGCONT); }

orm::engine::MongoOptions MongoServer::fresh() {
  orm::engine::MongoOptions options;
  options.port = port_;
  options.database = "test_" + std::to_string(++databases_);
  options.replica_set = replica_set_;
  return options;
}

MongoServer& server_alone() {
  static MongoServer server;
  return server;
}

MongoServer& server_of_replica_set() {
  static MongoServer server("rs0");
  return server;
}

}  // namespace tt::test
