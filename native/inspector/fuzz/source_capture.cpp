#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "bulkhead/unique_fd.hpp"
#include "source/capture_reader.hpp"

using namespace bulkhead;

/// Any bytes as a capture: no crash, no endless loop, every packet inside its bounds, and a failure that stays.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const UniqueFd file(::memfd_create("fuzz", 0));
  if (::ftruncate(file.get(), 0) != 0 || ::lseek(file.get(), 0, SEEK_SET) != 0) std::abort();
  if (size > 0 && ::write(file.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
  ::lseek(file.get(), 0, SEEK_SET);

  ByteInput input(file.get());
  CaptureReader reader(input);
  RawPacket packet;
  std::uint64_t last = 0;
  std::uint64_t sum = 0;
  while (reader.next(packet)) {
    if (packet.number != last + 1) std::abort();
    if (packet.data.size() > CaptureReader::kMaxPacket || packet.wire_length < packet.data.size()) std::abort();
    for (const std::uint8_t byte : packet.data) sum += byte;
    last = packet.number;
  }
  const SourceError error = reader.failure().error;
  if (reader.next(packet) || reader.failure().error != error) std::abort();
  if (reader.failure().failed() == reader.failure().message.empty()) std::abort();
  return sum == UINT64_MAX ? 1 : 0;
}
