#pragma once

#include <memory>

#include "protocol/unpacked.hpp"

namespace bulkhead {

/// The messages of one direction of a gRPC call (gRPC over HTTP/2, "Length-Prefixed-Message"), each walked as protobuf,
/// compressed ones (`grpc-encoding: gzip`) unpacked before. They are joined from DATA frames however those are cut.
class GrpcMessages final : public Consumer {
 public:
  explicit GrpcMessages(DecodePool& pool) noexcept : pool_(pool) {}
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override;

 private:
  void begin_message(const Outlet& out) noexcept;

  DecodePool& pool_;
  std::unique_ptr<InnerScript> message_;
  std::unique_ptr<Unpacked> unpacked_;
  std::uint64_t left_ = 0;
  std::uint8_t prefix_[5] = {};
  std::uint8_t prefix_count_ = 0;
};

}  // namespace bulkhead
