#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bulkhead/content.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/engine.hpp"
#include "protocol/exposure.hpp"

namespace bulkhead {

/// Bounds of decoding, shared by all conversations of an engine.
struct DecodeLimits {
  std::uint64_t bytes_per_body = 256ULL << 20;
  std::uint32_t ratio = 2'048;
  std::uint32_t max_inflaters = 1'024;  ///< open decompressors (about 44 KiB each) in the engine
};

struct DecodePool;  ///< counts and recycles decompressors; one per engine

std::shared_ptr<DecodePool> make_decode_pool(const DecodeLimits& limits);

/// The application protocol of one session: identifies it by content, follows it, and hands its content out as fields.
///
/// Streaming in both directions: how the bytes were cut carries no meaning. Small when idle (an unidentified or raw
/// conversation holds no heap beyond itself). After a gap or a syntax error the rest of that direction is raw content.
///
/// Content reaches the sink in the call that brings it: a packet can be judged when the call returns. Only these wait
/// for a later byte: up to 3 bytes that may begin compressed data, up to 16 blanks and hexadecimal digits that may be a
/// chunk size (none could hold a whole datum), and the second reading of a doubtful message, which follows the first.
/// A start that could have been HTTP and was none (at most 23 bytes) is given twice: as a head, then in its raw stream.
///
/// `not_inspected` may come with 0 bytes when the amount is not known yet; what is known later follows.
class Conversation {
 public:
  explicit Conversation(std::shared_ptr<DecodePool> pool) noexcept;
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  void feed(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept;
  void gap(Direction direction, std::uint64_t bytes, ContentSink& sink) noexcept;
  void end(Direction direction, ContentSink& sink) noexcept;
  /// What comes, in both directions, is the file of this name. Called before the first byte.
  void expect_file(std::string_view name) noexcept;
  /// One datagram: its own field(s), nothing carried over except what identifies QUIC and WireGuard.
  void datagram(Direction direction, Bytes bytes, Origin origin, ContentSink& sink) noexcept;

  [[nodiscard]] Protocol protocol() const noexcept;
  /// What one direction has turned out to speak: `raw` or `udp` where no protocol explains it, `unknown` as long as too
  /// little has come. Unlike `protocol` it is known before a handshake is over, and says what is spoken last.
  [[nodiscard]] Protocol spoken(Direction direction) const noexcept;
  /// Proven by both sides (whole ClientHello and ServerHello; both SSH banners and a key exchange; QUIC long headers
  /// both ways; a WireGuard handshake): what follows is ciphertext, and the kernel may forward it alone.
  [[nodiscard]] bool encrypted() const noexcept;
  [[nodiscard]] std::string_view server_name() const noexcept;
  [[nodiscard]] std::uint16_t tls_version() const noexcept;

  /// Samples what no protocol explains from now on, so that `exposure` can speak of it. `picked_up`: the session was
  /// there before the inspector, so that the middle of something encrypted is no surprise.
  void watch_exposure(bool picked_up) noexcept;
  /// The packet is about to be forwarded.
  void pause(Direction direction) noexcept;
  [[nodiscard]] Exposure exposure() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulkhead
