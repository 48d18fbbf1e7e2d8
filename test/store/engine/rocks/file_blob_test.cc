#include "store/engine/rocks/file_blob.h"

#include "store/blob_contract.h"
#include "store/engine/rocks/blob_format.h"
#include "store/engine/rocks/folder_fixture.h"
#include "store/kv_contract.h"

using namespace tt;
using namespace tt::store;
using namespace tt::store::contract;
namespace fs = std::filesystem;

namespace {

// Blobs with a database of their own, in a folder that goes away.
class OwnBlobs final : public Blob {
 public:
  OwnBlobs() { reopen(); }
  // What a crash at this moment would leave of `other`.
  explicit OwnBlobs(const OwnBlobs& other) {
    fs::copy(other.folder_.path(), folder_.path(), fs::copy_options::recursive);
    reopen();
  }
  void reopen() {
    blobs_.reset();
    kv_.reset();
    kv_ = engine_.open(folder_.path() + "/kv");
    blobs_ = open_file_blob(files(), *kv_, engine_.pool);
  }
  std::string files() const { return folder_.path() + "/blobs"; }
  Kv& kv() { return *kv_; }
  std::size_t file_count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(files()), {}));
  }
  Task<std::unique_ptr<BlobWriter>> create(std::string_view name) override {
    return blobs_->create(name);
  }
  Task<std::unique_ptr<BlobReader>> open(std::string_view name) override {
    return blobs_->open(name);
  }
  Task<bool> remove(std::string_view name) override { return blobs_->remove(name); }

 private:
  TemporaryFolder folder_;
  Engine engine_;
  std::unique_ptr<Kv> kv_;
  std::unique_ptr<Blob> blobs_;
};

std::string only_file(const std::string& folder) {
  REQUIRE(std::distance(fs::directory_iterator(folder), {}) == 1);
  return fs::directory_iterator(folder)->path();
}

std::string error_of_reading(Blob& blobs, std::string_view name) {
  try {
    load(blobs, name);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == Code::corrupt);
    return e.what();
  }
}

}  // namespace

TEST_CASE("files and database keep the contract of Blob") {
  check_blob_contract([] { return std::make_unique<OwnBlobs>(); });
}

TEST_CASE("small blobs are in the database, large ones are files") {
  OwnBlobs blobs;
  put_blob(blobs, "small", pattern(inline_blob_bytes_max));
  CHECK(blobs.file_count() == 0);
  put_blob(blobs, "large", pattern(inline_blob_bytes_max + 1));
  CHECK(blobs.file_count() == 1);
  CHECK(fs::file_size(only_file(blobs.files())) == inline_blob_bytes_max + 1 + 2 * 4);
  put_blob(blobs, "large", "now it is small");
  CHECK(blobs.file_count() == 0);
  put_blob(blobs, "large", pattern(100'000));
  put_blob(blobs, "large", pattern(200'000));
  CHECK(blobs.file_count() == 1);
  remove(blobs, "large");
  CHECK(blobs.file_count() == 0);
  CHECK(scan(blobs.kv(), prefix_range("blob/")).size() == 1);
}

TEST_CASE("blobs are there when the folder is opened again") {
  OwnBlobs blobs;
  put_blob(blobs, "small", "1");
  put_blob(blobs, "large", pattern(300'000));
  blobs.reopen();
  CHECK(load(blobs, "small") == "1");
  CHECK(load(blobs, "large") == pattern(300'000));
}

TEST_CASE("files without a name are removed at the next start") {
  OwnBlobs blobs;
  put_blob(blobs, "kept", pattern(100'000));
  // As a crash leaves them: a writer without commit, and a replaced blob.
  auto writer = rt::run_alone(blobs.create("never"));
  rt::run_alone(write_in_pieces(*writer, pattern(200'000), 50'000));
  CHECK(blobs.file_count() == 2);
  CHECK(scan(blobs.kv(), prefix_range(rocks::waste_prefix)).size() == 1);
  write_file(blobs.files() + "/00112233445566778899aabbccddeeff", "replaced");
  put(blobs.kv(), std::string(rocks::waste_prefix) + "00112233445566778899aabbccddeeff", "");
  OwnBlobs after(blobs);
  CHECK(after.file_count() == 1);
  CHECK(scan(after.kv(), prefix_range(rocks::waste_prefix)).empty());
  CHECK(load(after, "kept") == pattern(100'000));
}

TEST_CASE("a damaged file is found when it is read") {
  OwnBlobs blobs;
  put_blob(blobs, "b", pattern(200'000));
  std::string path = only_file(blobs.files());
  std::string bytes = read_file(path);

  std::string garbled = bytes;
  garbled[70'000] ^= 1;
  write_file(path, garbled);
  CHECK(error_of_reading(blobs, "b") ==
        path + " is damaged: the bytes from 65536 on are not the ones that were written");
  auto reader = open(blobs, "b");
  CHECK(read(*reader, 0, 65'536) == pattern(200'000).substr(0, 65'536));
  CHECK(read(*reader, 131'072) == pattern(200'000).substr(131'072));
  CHECK_THROWS_AS(read(*reader, 131'071, 1), Error);

  for (std::size_t size : {0, 1, 70'000, 199'999, 200'000, 200'015}) {
    write_file(path, bytes.substr(0, size));
    CHECK(error_of_reading(blobs, "b").starts_with(path + " is damaged: "));
  }
  fs::remove(path);
  CHECK(error_of_reading(blobs, "b") ==
        "the blob \"b\" is damaged: its file " + path + " is missing");
  put_blob(blobs, "b", "again");
  CHECK(load(blobs, "b") == "again");
}

TEST_CASE("the place of a blob is decoded or refused") {
  using rocks::decode_place;
  using rocks::encode_place;
  CHECK(encode_place("ab") == std::string("\0ab", 3));
  CHECK(std::get<std::string>(*decode_place(std::string("\0ab", 3))) == "ab");
  CHECK(std::get<std::string>(*decode_place(std::string(1, '\0'))).empty());
  std::string name = "00112233445566778899aabbccddeeff";
  std::string bytes = encode_place(rocks::FilePlace{.size_bytes = 0x0102, .file = name});
  CHECK(bytes == std::string("\1\2\1\0\0\0\0\0\0", 9) + name);
  auto place = std::get<rocks::FilePlace>(*decode_place(bytes));
  CHECK(place.size_bytes == 0x0102);
  CHECK(place.file == name);
  CHECK(!decode_place(""));
  CHECK(!decode_place("\2"));
  CHECK(!decode_place(bytes.substr(0, bytes.size() - 1)));
  CHECK(!decode_place(bytes + "0"));
  bytes.back() = '/';
  CHECK(!decode_place(bytes));
}
