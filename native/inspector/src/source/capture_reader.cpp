#include "source/capture_reader.hpp"

#include <algorithm>
#include <utility>

#include "source/link_type.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kPcapMicro = 0xa1b2c3d4;
constexpr std::uint32_t kPcapNano = 0xa1b23c4d;
constexpr std::uint32_t kPcapPatched = 0xa1b2cd34;  // microseconds; each record has 8 bytes more, about the interface
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in both byte orders
constexpr std::size_t kPcapHeader = 24;
constexpr std::size_t kPcapRecord = 16;
constexpr std::size_t kPatchedRecord = 24;
constexpr std::uint8_t kNanoResolution = 9;

std::uint32_t big(const std::uint8_t* p) noexcept {
  return (std::uint32_t{p[0]} << 24) | (std::uint32_t{p[1]} << 16) | (std::uint32_t{p[2]} << 8) | p[3];
}
std::uint32_t little(const std::uint8_t* p) noexcept {
  return (std::uint32_t{p[3]} << 24) | (std::uint32_t{p[2]} << 16) | (std::uint32_t{p[1]} << 8) | p[0];
}

}  // namespace

std::uint16_t CaptureReader::u16(const std::uint8_t* p) const noexcept {
  return static_cast<std::uint16_t>(big_endian_ ? (p[0] << 8) | p[1] : (p[1] << 8) | p[0]);
}
std::uint32_t CaptureReader::u32(const std::uint8_t* p) const noexcept { return big_endian_ ? big(p) : little(p); }
std::uint64_t CaptureReader::u64(const std::uint8_t* p) const noexcept {
  const std::uint64_t first = u32(p);
  const std::uint64_t second = u32(p + 4);
  return big_endian_ ? (first << 32) | second : (second << 32) | first;
}

CaptureReader::Step CaptureReader::fail(SourceError error, const std::string& what) noexcept {
  if (!failure_.failed()) failure_ = {error, what};
  return Step::end;
}

CaptureReader::Step CaptureReader::truncated(const char* where) noexcept {
  // What the input itself found (a read error, broken gzip data) is the better explanation.
  if (input_.failure().failed()) return fail(input_.failure().error, input_.failure().message);
  return fail(SourceError::truncated, "the capture ends inside " + std::string(where) + " after " +
                                          std::to_string(number_) +
                                          " whole packets: it was cut short or is still being written; what is "
                                          "whole was inspected, copy or record the rest again");
}

bool CaptureReader::open() noexcept {
  const Bytes head = input_.peek(kPcapHeader);
  if (head.size() >= 4 && big(head.data()) == kSectionHeader) {
    format_ = Format::pcapng;
    return true;
  }
  for (const bool big_endian : {true, false}) {
    big_endian_ = big_endian;
    const std::uint32_t magic = head.size() >= 4 ? u32(head.data()) : 0;
    if (magic != kPcapMicro && magic != kPcapNano && magic != kPcapPatched) continue;
    pcap_record_ = magic == kPcapPatched ? kPatchedRecord : kPcapRecord;
    file_interface_.resolution = magic == kPcapNano ? kNanoResolution : 6;
    format_ = Format::pcap;
    return open_pcap(head);
  }
  if (input_.failure().failed()) {
    fail(input_.failure().error, input_.failure().message);
  } else if (head.empty()) {
    fail(SourceError::not_a_capture, "the input is empty; give a pcap or pcapng capture");
  } else {
    fail(SourceError::not_a_capture, "neither a pcap nor a pcapng capture (nor one compressed with gzip)");
  }
  return false;
}

bool CaptureReader::open_pcap(Bytes header) noexcept {
  if (header.size() < kPcapHeader) {
    truncated("the file header");
    return false;
  }
  // The upper half of the word tells the length of a frame check sequence, which decoding ignores.
  file_interface_.link_type = u32(header.data() + 20) & 0xffff;
  if (!is_decoded_link_type(file_interface_.link_type)) {
    fail(SourceError::unsupported_link_type, unsupported_link_type_message(file_interface_.link_type));
    return false;
  }
  input_.consume(kPcapHeader);
  return true;
}

bool CaptureReader::next(RawPacket& packet) noexcept {
  if (failure_.failed()) return false;
  if (format_ == Format::unknown && !open()) return false;
  input_.consume(std::exchange(pending_, 0));
  for (;;) {
    const Step step = format_ == Format::pcap ? next_pcap(packet) : next_pcapng(packet);
    if (step != Step::other) return step == Step::packet;
  }
}

CaptureReader::Step CaptureReader::next_pcap(RawPacket& packet) noexcept {
  Bytes record = input_.peek(pcap_record_);
  if (record.empty() && !input_.failure().failed()) return Step::end;
  if (record.size() < pcap_record_) return truncated("a packet header");
  const std::uint32_t length = u32(record.data() + 8);
  if (length > kMaxPacket) {
    return fail(SourceError::corrupt, "packet " + std::to_string(number_ + 1) + " claims " + std::to_string(length) +
                                          " bytes, more than any network carries: the capture is corrupt from there "
                                          "on; what came before was inspected");
  }
  record = input_.peek(pcap_record_ + length);
  if (record.size() < pcap_record_ + length) return truncated("a packet");
  pending_ = pcap_record_ + length;
  const std::uint64_t units = file_interface_.resolution == kNanoResolution ? 1'000'000'000 : 1'000'000;
  const std::uint64_t timestamp = std::uint64_t{u32(record.data())} * units + u32(record.data() + 4);
  return give(packet, file_interface_, record.subspan(pcap_record_), u32(record.data() + 12), timestamp);
}

namespace {

/// Nanoseconds since the epoch; a time before the epoch or beyond 2554 becomes 0.
std::uint64_t to_ns(std::uint64_t ticks, std::uint8_t resolution, std::int64_t offset_seconds) noexcept {
  __extension__ using Wide = __int128;
  Wide ns = 0;
  const unsigned exponent = resolution & 0x7fU;
  if ((resolution & 0x80U) != 0) {
    ns = exponent >= 64 ? 0 : (static_cast<Wide>(ticks) * 1'000'000'000) >> exponent;
  } else {
    ns = ticks;
    for (unsigned e = exponent; e < 9; ++e) ns *= 10;
    for (unsigned e = 9; e < exponent && ns != 0; ++e) ns /= 10;
  }
  ns += static_cast<Wide>(offset_seconds) * 1'000'000'000;
  return ns < 0 || ns > static_cast<Wide>(UINT64_MAX) ? 0 : static_cast<std::uint64_t>(ns);
}

}  // namespace

CaptureReader::Step CaptureReader::give(RawPacket& packet, const Interface& from, Bytes data,
                                        std::uint32_t wire_length, std::uint64_t timestamp) noexcept {
  if (!is_decoded_link_type(from.link_type))
    return fail(SourceError::unsupported_link_type, unsupported_link_type_message(from.link_type));
  packet = {};
  packet.data = data;
  packet.link = static_cast<LinkType>(from.link_type);
  packet.wire_length = std::max(wire_length, static_cast<std::uint32_t>(data.size()));
  packet.time_ns = to_ns(timestamp, from.resolution, from.offset_seconds);
  packet.number = ++number_;
  return Step::packet;
}

}  // namespace bulkhead
