#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "bulkhead/unique_fd.hpp"
#include "source/capture_reader.hpp"

namespace bulkhead::test {

struct ReadPacket {
  std::string data;
  LinkType link;
  std::uint32_t wire_length;
  std::uint64_t time_ns;
  std::uint64_t number;
};

struct ReadCapture {
  std::vector<ReadPacket> packets;
  SourceFailure failure;
};

/// A file in memory with these bytes, read from its start.
inline UniqueFd memory_file(const std::vector<std::uint8_t>& bytes) {
  UniqueFd fd(::memfd_create("capture", MFD_CLOEXEC));
  REQUIRE(fd.valid());
  REQUIRE(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

inline ReadCapture read_from(int fd) {
  ByteInput input(fd);
  CaptureReader reader(input);
  ReadCapture result;
  RawPacket packet;
  while (reader.next(packet)) {
    result.packets.push_back({std::string(packet.data.begin(), packet.data.end()), packet.link, packet.wire_length,
                              packet.time_ns, packet.number});
  }
  result.failure = reader.failure();
  return result;
}

inline ReadCapture read_all_of(const std::vector<std::uint8_t>& bytes) {
  const UniqueFd fd = memory_file(bytes);
  return read_from(fd.get());
}

inline std::vector<std::uint8_t> gzipped(const std::vector<std::uint8_t>& bytes) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<std::uint8_t> out(deflateBound(&z, bytes.size()) + 64);
  z.next_in = const_cast<Bytef*>(bytes.data());
  z.avail_in = static_cast<unsigned>(bytes.size());
  z.next_out = out.data();
  z.avail_out = static_cast<unsigned>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace bulkhead::test
