#include "support/database_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace tt::test {

DatabaseServer::DatabaseServer(const std::string& engine) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) {
    throw std::runtime_error("no pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  std::string python = "/usr/bin/python3", script = TT_DATABASE_SERVER_SCRIPT, name = engine;
  char* arguments[] = {python.data(), script.data(), name.data(), nullptr};
  int failed = posix_spawn(&pid_, python.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(input[0]);
  ::close(output[1]);
  commands_ = fdopen(input[1], "w");
  answers_ = fdopen(output[0], "r");
  if (failed) throw std::runtime_error("cannot start " + script);
  std::string ready;
  std::istringstream(answer()) >> ready >> host_ >> user_ >> password_;
  if (ready != "ready") throw std::runtime_error(engine + " did not start");
}

DatabaseServer::~DatabaseServer() {
  fclose(commands_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  fclose(answers_);
}

std::string DatabaseServer::create_database() {
  std::string name = "test_" + std::to_string(++databases_);
  command("create " + name);
  return name;
}

std::string DatabaseServer::answer() {
  std::string line;
  for (int c = fgetc(answers_); c != EOF && c != '\n'; c = fgetc(answers_)) {
    line += static_cast<char>(c);
  }
  return line;
}

void DatabaseServer::command(const std::string& line) {
  fputs((line + "\n").c_str(), commands_);
  fflush(commands_);
  if (std::string got = answer(); got != "ok") throw std::runtime_error(line + ": " + got);
}

}  // namespace tt::test
