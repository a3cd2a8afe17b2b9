#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "flow/packet_builder.hpp"
#include "shared_captures.hpp"

namespace bulkhead::test {

struct CapturedPacket {
  Octets data;
  std::uint32_t wire_length = 0;
  std::uint64_t time_ns = 0;
};

struct CaptureFile {
  LinkType link = LinkType::ethernet;
  std::vector<CapturedPacket> packets;
};

/// Reads a classic microsecond pcap in either byte order: all that the captures of these tests are.
inline CaptureFile read_pcap(const std::string& name) {
  std::ifstream file(shared_captures() / name, std::ios::binary);
  const Octets bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  CaptureFile capture;
  if (bytes.size() < 24) return capture;
  const bool swapped = bytes[0] == 0xa1;
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
      value |= std::uint32_t{bytes[at + i]} << (swapped ? 24 - 8 * i : 8 * i);
    return value;
  };
  const std::uint32_t link = word(20) & 0xffff;
  capture.link = static_cast<LinkType>(link);
  for (std::size_t at = 24; at + 16 <= bytes.size();) {
    CapturedPacket packet;
    packet.time_ns = std::uint64_t{word(at)} * 1'000'000'000 + std::uint64_t{word(at + 4)} * 1'000;
    const std::size_t size = word(at + 8);
    packet.wire_length = word(at + 12);
    at += 16;
    if (at + size > bytes.size()) break;
    packet.data.assign(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                       bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    at += size;
    capture.packets.push_back(std::move(packet));
  }
  return capture;
}

}  // namespace bulkhead::test
