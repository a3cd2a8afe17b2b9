#pragma once

#include <memory>

#include "codec/body_decoder.hpp"
#include "protocol/scripted.hpp"

namespace bulkhead {

/// Takes compressed pieces and hands what is in them to an inner protocol, all under the pool's budgets. A piece that
/// cannot be decoded reaches the inner protocol as it came, and is raised.
class Unpacked final : public Consumer, private ContentSink {
 public:
  Unpacked(DecodePool& pool, Consumer& inner) noexcept : pool_(pool), inner_(inner) {}

  /// A piece begins: gzip or zlib, told by its first bytes, or what the protocol says it is.
  void begin(Packing packing = Packing::by_magic) noexcept {
    decoder_ = std::make_unique<BodyDecoder>(pool_, std::uint8_t{packing == Packing::by_magic}, std::uint8_t{0}, packing);
  }
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    out_ = &out;
    if (decoder_) decoder_->feed(bytes, origin, Outlet{out.direction, field_, *this});
  }
  void finish(const Outlet& out) noexcept {
    out_ = &out;
    if (decoder_) decoder_->finish(Outlet{out.direction, field_, *this});
    decoder_.reset();
  }

 private:
  void begin(Direction, const Field&) noexcept override {}
  void content(Direction, Bytes bytes, Origin) noexcept override { inner_.take(bytes, Origin::decoded, *out_); }
  void end(Direction) noexcept override {}
  void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept override {
    out_->sink.not_inspected(direction, reason, bytes);
  }

  DecodePool& pool_;
  Consumer& inner_;
  std::unique_ptr<BodyDecoder> decoder_;
  FieldWriter field_;
  const Outlet* out_ = nullptr;
};

}  // namespace bulkhead
