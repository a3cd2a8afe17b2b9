#pragma once

#include <nghttp2/nghttp2.h>

#include "protocol/follower.hpp"

namespace bulkhead {

/// What one header field of a block said about the message, as far as following it needs to know.
struct Http2Message {
  bool grpc = false;
  std::uint8_t encodings = 0;  ///< content encodings that could be gzip, deflate or zstd
  std::uint8_t brotli = 0;     ///< content encodings that are brotli
  bool unsupported = false;    ///< a content encoding that is not decoded
};

/// The header compression of one direction (RFC 7541, by libnghttp2), bounded. Header fields come out as lines of a head;
/// those that log in or name a session are fields of their own.
///
/// A field comes out when it is whole. Once lost (a broken block, a table or a list beyond its bound) it cannot be found
/// again: `decode_error` or `decode_budget` is raised, and blocks are content as they stand.
class Hpack {
 public:
  /// Of one block, names and values together: far above the 16 KiB at which servers and proxies refuse.
  static constexpr std::size_t kLongestList = 256 * 1024;
  static constexpr std::size_t kLargestTable = 64 * 1024;

  Hpack() noexcept;
  ~Hpack();
  Hpack(const Hpack&) = delete;
  Hpack& operator=(const Hpack&) = delete;

  void begin_block(const Outlet& out) noexcept;
  void feed(Bytes block, Origin origin, bool last, Location location, const Outlet& out) noexcept;
  /// The peer allows a table of this size.
  void allow_table(std::uint32_t size) noexcept;
  void lose(Exception reason, const Outlet& out) noexcept;
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  [[nodiscard]] const Http2Message& message() const noexcept { return message_; }

 private:
  void end_undecoded(const Outlet& out) noexcept;
  void emit(const nghttp2_nv& header, Location location, const Outlet& out) noexcept;

  nghttp2_hd_inflater* inflater_ = nullptr;
  std::size_t list_ = 0;
  std::uint64_t undecoded_ = 0;  ///< of this block
  Http2Message message_;
  bool lost_ = false;
  bool in_lines_ = false;
};

}  // namespace bulkhead
