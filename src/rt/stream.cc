#include "rt/stream.h"

namespace tt::rt {

Stream::~Stream() {
  if (list_) list_->streams_.erase(place_);
}

void Stream::enter(StreamList& list) {
  if (list_) list_->streams_.erase(place_);
  list_ = &list;
  place_ = list.streams_.insert(list.streams_.end(), this);
}

void StreamList::close_all() noexcept {
  // close() resumes nobody at once, so the list stays as it is meanwhile.
  for (Stream* stream : streams_) stream->close();
}

Task<> write_all(Stream& stream, std::string_view bytes) {
  std::span<const std::string_view> parts(&bytes, 1);
  co_await stream.write(parts);
}

}  // namespace tt::rt
