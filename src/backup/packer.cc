#include "backup/packer.h"

#include <algorithm>
#include <filesystem>

#include "base/bytes.h"
#include "base/error.h"

namespace tt::backup {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t read_bytes = 128 * 1024;

}  // namespace

Packer::Packer(std::string folder, Manifest manifest, Time created)
    : folder_(std::move(folder)),
      manifest_(std::move(manifest)),
      created_s_(std::chrono::floor<std::chrono::seconds>(created).time_since_epoch().count()) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (!entry.is_regular_file()) continue;
    auto path = std::filesystem::relative(entry.path(), folder_).string();
    if (is_data_path(path)) waiting_.push_back(std::move(path));
  }
  std::ranges::sort(waiting_);
}

std::optional<std::string> Packer::next() {
  while (!is_done_ && tar_.size() < piece_bytes) {
    if (input_) {
      go_on();
    } else if (!waiting_.empty()) {
      begin_file();
    } else {
      end();
    }
  }
  if (tar_.size() == 0) return std::nullopt;
  return tar_.take();
}

void Packer::begin_file() {
  auto path = std::move(waiting_.front());
  waiting_.pop_front();
  auto full = folder_ + "/" + path;
  std::error_code failure;
  auto size = std::filesystem::file_size(full, failure);
  input_ = std::make_unique<Input>();
  input_->stream.open(full, std::ios::binary);
  if (failure || !input_->stream) fail(full);
  tar_.begin(path, size, created_s_);
  input_->left_bytes = size;
  input_->path = std::move(path);
}

void Packer::go_on() {
  auto& input = *input_;
  std::string bytes(std::min<std::uint64_t>(read_bytes, input.left_bytes), '\0');
  if (!bytes.empty()) input.stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!input.stream) fail(folder_ + "/" + input.path);
  input.sum.add(bytes);
  tar_.add(bytes);
  input.left_bytes -= bytes.size();
  if (input.left_bytes > 0) return;
  manifest_.files.push_back({std::move(input.path), to_hex(input.sum.finish())});
  input_.reset();
}

void Packer::end() {
  auto text = encode(manifest_);
  tar_.begin(manifest_name, text.size(), created_s_);
  tar_.add(text);
  tar_.finish();
  is_done_ = true;
}

void Packer::fail(const std::string& path) const {
  throw Error(Code::unavailable, fmt::format("cannot read {} for the backup", path));
}

}  // namespace tt::backup
