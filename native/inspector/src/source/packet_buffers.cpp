#include "source/packet_buffers.hpp"

#include <cerrno>

namespace bulkhead {

PacketBuffers::PacketBuffers() : storage_(kCount * kBytes) {
  for (std::size_t i = 0; i < kCount; ++i) {
    parts_[i] = {storage_.data() + i * kBytes, kBytes};
    messages_[i].msg_hdr.msg_iov = &parts_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
  }
}

std::size_t PacketBuffers::receive(int fd) noexcept {
  int got = -1;
  do {
    got = ::recvmmsg(fd, messages_.data(), kCount, MSG_DONTWAIT, nullptr);
  } while (got < 0 && errno == EINTR);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace bulkhead
