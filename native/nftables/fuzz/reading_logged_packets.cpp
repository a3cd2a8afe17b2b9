#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bulkhead/log_socket.hpp"

using namespace bulkhead::nftables;

namespace {

struct Read {
  const std::uint8_t* from;
  const std::uint8_t* to;
  std::size_t packets = 0;
};

void visit(void* argument, const LoggedPacket& logged) noexcept {
  auto& read = *static_cast<Read*>(argument);
  ++read.packets;
  const auto* prefix = reinterpret_cast<const std::uint8_t*>(logged.prefix.data());
  if (prefix != nullptr && (prefix < read.from || prefix + logged.prefix.size() > read.to)) std::abort();
  if (logged.prefix.find('\0') != std::string_view::npos) std::abort();
  const auto packet = logged.packet;
  if (packet.data() != nullptr && (packet.data() < read.from || packet.data() + packet.size() > read.to)) std::abort();
}

}  // namespace

/// Any bytes as what a log socket brings: no crash, and prefixes and packets that lie within them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kShortestMessage = 20;
  Read read{data, data + size};
  each_logged_packet({data, size}, visit, &read);
  if (read.packets > size / kShortestMessage) std::abort();
  return 0;
}
