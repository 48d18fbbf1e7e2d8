#pragma once

// Staging: the folder with the copies that a backup is made of.

#include <atomic>
#include <memory>
#include <string>

#include "rt/offload.h"

namespace tt::backup {

// The right to make the one backup that may be under way.
class Claim {
 public:
  // Throws conflict if somebody has it.
  explicit Claim(std::shared_ptr<std::atomic<bool>> is_busy);
  ~Claim();
  Claim(Claim&& other) noexcept = default;
  Claim& operator=(Claim&&) = delete;

 private:
  std::shared_ptr<std::atomic<bool>> is_busy_;  // nullptr after a move
};

// Made by make(), and removed with all that is in it when the object goes: on the pool, because
// that may take a while.  The claim lasts until then.
class Staging {
 public:
  Staging(std::string path, Claim claim, rt::OffloadPool& pool)
      : path_(std::move(path)), claim_(std::move(claim)), pool_(pool) {}
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  // Throws unavailable.
  void make() const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Claim claim_;
  rt::OffloadPool& pool_;
};

}  // namespace tt::backup
