#include "backup/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <utility>

#include "base/error.h"

// Names of libarchive, beside our namespace tt::archive.
using LibArchive = ::archive;
using LibEntry = ::archive_entry;

namespace tt::backup {
namespace {

struct FreeArchive {
  void operator()(LibArchive* handle) const { archive_write_free(handle); }
};
struct FreeEntry {
  void operator()(LibEntry* entry) const { archive_entry_free(entry); }
};

la_ssize_t keep(LibArchive*, void* to, const void* bytes, std::size_t size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

struct TarWriter::Impl {
  std::string packed;  // before the handle, which writes its end to it
  std::unique_ptr<LibArchive, FreeArchive> handle{archive_write_new()};

  void check(la_ssize_t result) {
    if (result >= 0) return;
    throw Error(Code::internal,
                fmt::format("the backup cannot be packed: {}", archive_error_string(handle.get())));
  }
};

TarWriter::TarWriter() : impl_(std::make_unique<Impl>()) {
  auto* handle = impl_->handle.get();
  impl_->check(archive_write_set_format_pax_restricted(handle));
  impl_->check(archive_write_add_filter_zstd(handle));
  // Most bytes are packed already.
  impl_->check(archive_write_set_options(handle, "zstd:compression-level=1"));
  // No zeros behind the last packed byte, which would be no frame.
  impl_->check(archive_write_set_bytes_in_last_block(handle, 1));
  impl_->check(archive_write_open(handle, &impl_->packed, nullptr, keep, nullptr));
}

TarWriter::~TarWriter() = default;

void TarWriter::begin(const std::string& path, std::uint64_t size_bytes, std::int64_t modified_s) {
  std::unique_ptr<LibEntry, FreeEntry> entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size_bytes));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0600);
  archive_entry_set_mtime(entry.get(), modified_s, 0);
  impl_->check(archive_write_header(impl_->handle.get(), entry.get()));
}

void TarWriter::add(std::string_view bytes) {
  impl_->check(archive_write_data(impl_->handle.get(), bytes.data(), bytes.size()));
}

void TarWriter::finish() { impl_->check(archive_write_close(impl_->handle.get())); }

std::string TarWriter::take() { return std::exchange(impl_->packed, std::string()); }

std::size_t TarWriter::size() const { return impl_->packed.size(); }

}  // namespace tt::backup
