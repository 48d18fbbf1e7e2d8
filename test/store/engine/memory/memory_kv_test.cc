#include "store/engine/memory/memory_kv.h"

#include "store/blob_contract.h"
#include "store/kv_contract.h"

using namespace tt::store;

TEST_CASE("the memory engine keeps the contract of Kv") {
  contract::check_kv_contract([] { return make_memory_kv(); });
}

TEST_CASE("the memory engine keeps the contract of Blob") {
  contract::check_blob_contract([] { return make_memory_blob(); });
}
