#include "backup/manifest.h"

#include <doctest/doctest.h>

using namespace tt::backup;

namespace {

const std::string sum(64, 'a');

}  // namespace

TEST_CASE("manifest: what is written is read") {
  Manifest manifest{.version = "1.2.3", .created = "2026-01-02T03:04:05Z", .files = {}};
  manifest.files.push_back({"kv/000012.sst", sum});
  manifest.files.push_back({"thingtank.db", std::string(64, '0')});
  auto text = encode(manifest);
  CHECK(text == "thingtank backup 1\nversion 1.2.3\ncreated 2026-01-02T03:04:05Z\n\n" + sum +
                    "  kv/000012.sst\n" + std::string(64, '0') + "  thingtank.db\n");
  auto read = decode_manifest(text).value();
  CHECK(read.format == 1);
  CHECK(read.version == "1.2.3");
  CHECK(read.created == "2026-01-02T03:04:05Z");
  CHECK(read.files == manifest.files);
}

TEST_CASE("manifest: of a newer format the first line is enough") {
  CHECK(decode_manifest("thingtank backup 2\nwhatever").value().format == 2);
}

TEST_CASE("manifest: what is none") {
  const std::string head = "thingtank backup 1\nversion 1\ncreated 2\n";
  CHECK(decode_manifest(head + "\n").has_value());
  for (const std::string& text :
       {std::string(), std::string("thingtank backup 1"), std::string("thingtank backup x\n"),
        std::string("thingtank backup 0\n"), std::string("thingtank backup 1x\n"), head,
        head + "x\n", head + "\n" + sum + "  kv/CURRENT", head + "\n" + sum + " kv/CURRENT\n",
        head + "\n" + sum.substr(1) + "  kv/CURRENT\n",
        head + "\n" + std::string(64, 'G') + "  kv/CURRENT\n", head + "\n" + sum + "  ../x\n",
        head + "\n" + sum + "  \n"}) {
    CAPTURE(text);
    CHECK(!decode_manifest(text));
  }
}

TEST_CASE("manifest: names that a backup may hold") {
  for (auto path : {"thingtank.db", "credentials", "kv/CURRENT", "kv/MANIFEST-000004",
                    "kv/000012.sst", "blobs/0123456789abcdef"}) {
    CAPTURE(path);
    CHECK(is_data_path(path));
  }
  for (auto path : {"", "kv", "kv/", "kv/.", "kv/..", "kv/../x", "kv/a/b", "/kv/a", "../kv/a",
                    "lock", "thingtank.db-wal", "MANIFEST", "kv/a b", "kv/a\nb", "blobs/"}) {
    CAPTURE(path);
    CHECK(!is_data_path(path));
  }
  CHECK(!is_data_path("kv/" + std::string(600, 'a')));
}
