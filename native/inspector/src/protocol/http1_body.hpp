#pragma once

#include <cstdint>
#include <memory>

#include "codec/body_decoder.hpp"
#include "protocol/http1_framing.hpp"

namespace bulkhead {

/// The content of one body: taken apart by a decoder when the message or the first byte says so, else passed on as is.
class Http1Body {
 public:
  void begin(const Http1Framing& framing, const Outlet& out) noexcept {
    encodings_ = framing.encodings;
    brotli_ = framing.brotli;
    unsupported_ = framing.unsupported;
    known_ = false;
    uncounted_ = 0;
    const bool empty = framing.has_length && framing.longest == 0 && !framing.transfer_encoding;
    if (!unsupported_ || empty) return;
    const std::uint64_t length = framing.has_length && !framing.transfer_encoding ? framing.longest : 0;
    out.raise(Exception::unsupported_encoding, length);
    counts_ = length == 0;
  }

  void write(Bytes bytes, Origin origin, DecodePool& pool, const Outlet& out) noexcept {
    if (bytes.empty()) return;
    if (!known_ && (encodings_ > 0 || brotli_ > 0 || bytes[0] == kGzipMagic[0] || bytes[0] == kZstdMagic[0]))
      decoder_ = std::make_unique<BodyDecoder>(pool, encodings_, brotli_);
    known_ = true;
    if (decoder_) return decoder_->feed(bytes, origin, out);
    if (unsupported_ && counts_) uncounted_ += bytes.size();
    out.write(bytes, origin);
  }

  /// Bytes of the body never came.
  void lose(const Outlet& out) noexcept {
    if (!known_ && (encodings_ > 0 || brotli_ > 0)) out.raise(Exception::decode_error, 0);
    known_ = true;
    if (decoder_) decoder_->lose(out);
    out.close();
  }

  void end(const Outlet& out) noexcept {
    if (decoder_) decoder_->finish(out);
    decoder_.reset();
    if (uncounted_ > 0) out.raise(Exception::unsupported_encoding, uncounted_);
    uncounted_ = 0;
    out.close();
  }

 private:
  std::unique_ptr<BodyDecoder> decoder_;
  std::uint64_t uncounted_ = 0;  ///< undecodable bytes of a body whose length was not known beforehand
  std::uint8_t encodings_ = 0;
  std::uint8_t brotli_ = 0;
  bool unsupported_ = false;
  bool counts_ = false;
  bool known_ = false;  ///< whether the first byte has been seen
};

}  // namespace bulkhead
