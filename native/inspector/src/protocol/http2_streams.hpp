#pragma once

#include <memory>
#include <vector>

#include "protocol/grpc.hpp"
#include "protocol/hpack.hpp"

namespace bulkhead {

/// The body of one stream in one direction: plain, compressed, or gRPC messages.
class Http2Body final : public Consumer {
 public:
  void begin(const Http2Message& message, DecodePool& pool, const Outlet& out) noexcept;
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override;
  /// Something of another stream comes between: what follows is a field of its own, of the same kind.
  void interrupt(const Outlet& out) noexcept;
  void end(const Outlet& out) noexcept;

 private:
  std::unique_ptr<GrpcMessages> grpc_;
  std::unique_ptr<BodyDecoder> decoder_;
  void resume(const Outlet& out) noexcept;

  std::uint64_t undecoded_ = 0;
  Field field_{Protocol::http2, Location::body};  ///< that goes on
  bool unsupported_ = false;
  bool interrupted_ = true;
};

/// The streams of one direction that carry a body now, bounded. Where there are more, or the headers are not known, a
/// body is content as it stands.
class Http2Streams {
 public:
  /// Servers allow 100 to 250 at once.
  static constexpr std::size_t kMost = 256;

  explicit Http2Streams(DecodePool& pool) noexcept : pool_(pool) {}
  void begin(std::uint32_t id, const Http2Message& message, const Outlet& out) noexcept;
  [[nodiscard]] Http2Body& body(std::uint32_t id, const Outlet& out) noexcept;
  [[nodiscard]] bool has(std::uint32_t id) const noexcept;
  void end(std::uint32_t id, const Outlet& out) noexcept;
  /// What comes next is not of the body that came last.
  void interrupt(const Outlet& out) noexcept;

 private:
  [[nodiscard]] Http2Body& of(std::uint32_t id) noexcept;
  struct Stream {
    std::uint32_t id;
    std::unique_ptr<Http2Body> body;
  };
  DecodePool& pool_;
  std::vector<Stream> streams_;
  Http2Body unknown_;
  std::uint32_t last_ = 0;  ///< the stream whose body came last
};

}  // namespace bulkhead
