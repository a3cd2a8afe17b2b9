#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkhead::test {

/// Writes capture files byte by byte, in either byte order, right or wrong as a test needs it.
class CaptureBytes {
 public:
  explicit CaptureBytes(bool big_endian = false) : big_endian_(big_endian) {}

  CaptureBytes& u16(std::uint32_t v) { return number(v, 2); }
  CaptureBytes& u32(std::uint32_t v) { return number(v, 4); }
  CaptureBytes& u64(std::uint64_t v) { return number(v, 8); }
  CaptureBytes& text(std::string_view s) {
    bytes.insert(bytes.end(), s.begin(), s.end());
    return *this;
  }
  CaptureBytes& pad() {
    while (bytes.size() % 4 != 0) bytes.push_back(0);
    return *this;
  }

  CaptureBytes& pcap(std::uint32_t magic = 0xa1b2c3d4, std::uint32_t link = 1) {
    return u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65'535).u32(link);
  }
  CaptureBytes& record(std::string_view data, std::uint32_t seconds = 1, std::uint32_t fraction = 2) {
    const auto size = static_cast<std::uint32_t>(data.size());
    return u32(seconds).u32(fraction).u32(size).u32(size).text(data);
  }

  CaptureBytes& section() { return u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u64(UINT64_MAX).u32(28); }
  CaptureBytes& interface(std::uint32_t link, std::uint32_t snap_length = 0) {
    return u32(1).u32(20).u16(link).u16(0).u32(snap_length).u32(20);
  }
  CaptureBytes& interface_with_resolution(std::uint32_t link, std::uint8_t resolution, std::int64_t offset = 0) {
    u32(1).u32(44).u16(link).u16(0).u32(0);
    u16(9).u16(1);
    bytes.push_back(resolution);
    pad();
    return u16(14).u16(8).u64(static_cast<std::uint64_t>(offset)).u32(0).u32(44);
  }
  CaptureBytes& enhanced(std::uint32_t interface_id, std::uint64_t time, std::string_view data) {
    const auto size = static_cast<std::uint32_t>(data.size());
    const std::uint32_t length = 32 + (size + 3) / 4 * 4;
    u32(6).u32(length).u32(interface_id).u32(static_cast<std::uint32_t>(time >> 32));
    return u32(static_cast<std::uint32_t>(time)).u32(size).u32(size).text(data).pad().u32(length);
  }
  CaptureBytes& simple(std::uint32_t wire_length, std::string_view data) {
    const std::uint32_t length = 16 + (static_cast<std::uint32_t>(data.size()) + 3) / 4 * 4;
    return u32(3).u32(length).u32(wire_length).text(data).pad().u32(length);
  }
  CaptureBytes& block(std::uint32_t type, std::string_view body) {
    const std::uint32_t length = 12 + (static_cast<std::uint32_t>(body.size()) + 3) / 4 * 4;
    return u32(type).u32(length).text(body).pad().u32(length);
  }

  std::vector<std::uint8_t> bytes;

 private:
  CaptureBytes& number(std::uint64_t v, int size) {
    for (int i = 0; i < size; ++i)
      bytes.push_back(static_cast<std::uint8_t>(v >> (8 * (big_endian_ ? size - 1 - i : i))));
    return *this;
  }

  bool big_endian_;
};

}  // namespace bulkhead::test
