#include <algorithm>

#include "source/capture_reader.hpp"

namespace bulkhead {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint16_t kOptionTimeResolution = 9;
constexpr std::uint16_t kOptionTimeOffset = 14;
constexpr std::size_t kBlockHead = 8;      // type and total length
constexpr std::size_t kBlockOverhead = 12;  // and the repeated length
constexpr std::size_t kSmallestSection = 28;

std::size_t padded(std::size_t n) noexcept { return (n + 3) & ~std::size_t{3}; }

}  // namespace

CaptureReader::Step CaptureReader::next_pcapng(RawPacket& packet) noexcept {
  Bytes head = input_.peek(kBlockHead);
  if (head.empty() && !input_.failure().failed()) return Step::end;
  if (head.size() < kBlockHead) return truncated("a block header");
  std::uint32_t type = u32(head.data());
  if (type == kSectionHeader) {
    head = input_.peek(kBlockHead + 4);
    if (head.size() < kBlockHead + 4) return truncated("a section header");
    if (!start_section(head)) return Step::end;
  }
  const std::uint32_t length = u32(head.data() + 4);
  if (length < kBlockOverhead || length % 4 != 0 || (type == kSectionHeader && length < kSmallestSection)) {
    return fail(SourceError::corrupt, "a block after packet " + std::to_string(number_) + " claims " +
                                          std::to_string(length) +
                                          " bytes, which no block has: the capture is corrupt from there on; what "
                                          "came before was inspected");
  }
  const bool needed = type == kInterfaceDescription || type == kEnhancedPacket || type == kSimplePacket ||
                      type == kObsoletePacket;
  if (!needed) return input_.skip(length) ? Step::other : truncated("a block");
  if (length > kMaxBlock) {
    return fail(SourceError::corrupt, "a block after packet " + std::to_string(number_) + " claims " +
                                          std::to_string(length) +
                                          " bytes, more than any packet has: the capture is corrupt from there on; "
                                          "what came before was inspected");
  }
  const Bytes block = input_.peek(length);
  if (block.size() < length) return truncated(type == kInterfaceDescription ? "an interface description" : "a packet");
  if (u32(block.data() + length - 4) != length) {
    return fail(SourceError::corrupt, "the two lengths of a block after packet " + std::to_string(number_) +
                                          " differ: the capture is corrupt from there on; what came before was "
                                          "inspected");
  }
  const Bytes body = block.subspan(kBlockHead, length - kBlockOverhead);
  if (type == kInterfaceDescription) {
    if (!add_interface(body)) return Step::end;
    input_.consume(length);
    return Step::other;
  }
  pending_ = length;
  if (type == kEnhancedPacket) return enhanced_packet(body, packet);
  return type == kSimplePacket ? simple_packet(body, packet) : obsolete_packet(body, packet);
}

bool CaptureReader::start_section(Bytes head) noexcept {
  for (const bool big_endian : {true, false}) {
    big_endian_ = big_endian;
    if (u32(head.data() + kBlockHead) != kByteOrderMagic) continue;
    interfaces_.clear();
    return true;
  }
  fail(SourceError::corrupt, "a section header has no byte-order mark: the capture is corrupt");
  return false;
}

bool CaptureReader::add_interface(Bytes body) noexcept {
  if (body.size() < 8) {
    fail(SourceError::corrupt, "an interface description is too short: the capture is corrupt");
    return false;
  }
  if (interfaces_.size() == kMaxInterfaces) {
    fail(SourceError::corrupt, "a section describes more than " + std::to_string(kMaxInterfaces) + " interfaces");
    return false;
  }
  Interface added;
  added.link_type = u16(body.data());
  added.snap_length = u32(body.data() + 4);
  Bytes options = body.subspan(8);
  while (options.size() >= 4) {
    const std::uint16_t code = u16(options.data());
    const std::size_t length = u16(options.data() + 2);
    const Bytes value = options.subspan(4);
    if (code == 0 || length > value.size()) break;
    if (code == kOptionTimeResolution && length >= 1) added.resolution = value[0];
    if (code == kOptionTimeOffset && length >= 8) added.offset_seconds = static_cast<std::int64_t>(u64(value.data()));
    options = value.subspan(std::min(padded(length), value.size()));
  }
  interfaces_.push_back(added);
  return true;
}

CaptureReader::Step CaptureReader::enhanced_packet(Bytes body, RawPacket& packet) noexcept {
  constexpr std::size_t kFixed = 20;
  const std::uint32_t captured = body.size() < kFixed ? 0 : u32(body.data() + 12);
  if (body.size() < kFixed || captured > body.size() - kFixed || u32(body.data()) >= interfaces_.size()) {
    return fail(SourceError::corrupt, "packet " + std::to_string(number_ + 1) +
                                          " is longer than its block or of no described interface: the capture is "
                                          "corrupt from there on; what came before was inspected");
  }
  const std::uint64_t timestamp = (std::uint64_t{u32(body.data() + 4)} << 32) | u32(body.data() + 8);
  return give(packet, interfaces_[u32(body.data())], body.subspan(kFixed, captured), u32(body.data() + 16), timestamp);
}

CaptureReader::Step CaptureReader::simple_packet(Bytes body, RawPacket& packet) noexcept {
  if (body.size() < 4 || interfaces_.empty()) {
    return fail(SourceError::corrupt, "packet " + std::to_string(number_ + 1) +
                                          " is too short or has no interface: the capture is corrupt from there on; "
                                          "what came before was inspected");
  }
  const Interface& from = interfaces_.front();
  const std::uint32_t wire_length = u32(body.data());
  std::size_t captured = std::min<std::size_t>(wire_length, body.size() - 4);
  if (from.snap_length != 0) captured = std::min<std::size_t>(captured, from.snap_length);
  // A simple packet carries no time: it keeps none.
  return give(packet, from, body.subspan(4, captured), wire_length, 0);
}

CaptureReader::Step CaptureReader::obsolete_packet(Bytes body, RawPacket& packet) noexcept {
  constexpr std::size_t kFixed = 20;
  const std::uint32_t captured = body.size() < kFixed ? 0 : u32(body.data() + 12);
  if (body.size() < kFixed || captured > body.size() - kFixed || u16(body.data()) >= interfaces_.size()) {
    return fail(SourceError::corrupt, "packet " + std::to_string(number_ + 1) +
                                          " is longer than its block or of no described interface: the capture is "
                                          "corrupt from there on; what came before was inspected");
  }
  const std::uint64_t timestamp = (std::uint64_t{u32(body.data() + 4)} << 32) | u32(body.data() + 8);
  return give(packet, interfaces_[u16(body.data())], body.subspan(kFixed, captured), u32(body.data() + 16), timestamp);
}

}  // namespace bulkhead
