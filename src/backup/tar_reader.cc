#include "backup/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>

#include "base/error.h"

using LibArchive = ::archive;
using LibEntry = ::archive_entry;

namespace tt::backup {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

struct FreeArchive {
  void operator()(LibArchive* handle) const { archive_read_free(handle); }
};

}  // namespace

struct TarReader::Impl {
  std::string name;
  std::unique_ptr<LibArchive, FreeArchive> handle{archive_read_new()};
  std::array<char, block_bytes> block{};

  void check(la_ssize_t result) const {
    if (result >= 0) return;
    const char* why = archive_error_string(handle.get());
    throw Error(Code::corrupt, fmt::format("{} is no backup of Thingtank, or it is damaged: {}",
                                           name, why ? why : "it cannot be read"));
  }
};

TarReader::TarReader(int descriptor, std::string name) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  auto* handle = impl_->handle.get();
  impl_->check(archive_read_support_filter_zstd(handle));
  impl_->check(archive_read_support_format_tar(handle));
  impl_->check(archive_read_open_fd(handle, descriptor, block_bytes));
}

TarReader::~TarReader() = default;

std::optional<TarReader::File> TarReader::next() {
  LibEntry* entry = nullptr;
  int result = archive_read_next_header(impl_->handle.get(), &entry);
  if (result == ARCHIVE_EOF) return std::nullopt;
  impl_->check(result);
  const char* path = archive_entry_pathname(entry);
  return File{.path = path ? path : "",
              .size_bytes = static_cast<std::uint64_t>(archive_entry_size(entry)),
              .is_regular = archive_entry_filetype(entry) == AE_IFREG};
}

std::string_view TarReader::read() {
  auto& block = impl_->block;
  auto count = archive_read_data(impl_->handle.get(), block.data(), block.size());
  impl_->check(count);
  return {block.data(), static_cast<std::size_t>(count)};
}

std::uint64_t TarReader::bytes_read() const {
  constexpr int packed = -1;
  return static_cast<std::uint64_t>(archive_filter_bytes(impl_->handle.get(), packed));
}

}  // namespace tt::backup
