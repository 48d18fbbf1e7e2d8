// Debian's RocksDB is not instrumented: ThreadSanitizer does not see how its threads hand over
// memory.  What is left of our own code is checked.
//
// A loop may be destroyed while the thread that woke it is still leaving pthread_cond_signal, which
// glibc allows and ThreadSanitizer does not know.

extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  return "race:librocksdb.so\n"
         "race:libzstd.so\n"
         "race:tt::store::rocks::decode_record\n"
         "race:~posix_event\n";
}
