#include "protocol/websocket.hpp"

#include <algorithm>

#include "codec/decode_pool.hpp"
#include "protocol/scripted.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kFinal = 0x80, kCompressed = 0x40, kReserved = 0x30, kControl = 0x8, kMasked = 0x80;
constexpr std::uint64_t kFreeOutput = 1U << 20;

/// What messages of one direction are made of: unmasked in a copy, inflated where they are compressed.
class WebSocketPayload final : public Consumer {
 public:
  explicit WebSocketPayload(DecodePool& pool) noexcept : pool_(pool) {}
  ~WebSocketPayload() { pool_.release(std::move(inflater_)); }

  void begin_frame(bool masked, std::uint32_t mask, bool compressed) noexcept {
    masked_ = masked;
    mask_ = mask;
    at_ = 0;
    compressed_ = compressed;
  }
  void take(Bytes bytes, Origin origin, const Outlet& out) noexcept override {
    if (!masked_) return show(bytes, origin, out);
    const MutableBytes buffer = pool_.buffer(1);
    while (!bytes.empty()) {
      const std::size_t size = std::min(bytes.size(), buffer.size());
      for (std::size_t i = 0; i < size; ++i, ++at_)
        buffer[i] = bytes[i] ^ static_cast<std::uint8_t>(mask_ >> (24 - 8 * (at_ & 3)));
      show(buffer.first(size), Origin::decoded, out);
      bytes = bytes.subspan(size);
    }
  }
  /// A compressed message is over: RFC 7692 7.2.2 leaves off its last four bytes.
  void end_message(const Outlet& out) noexcept {
    constexpr std::uint8_t kTail[] = {0, 0, 0xff, 0xff};
    if (compressed_ && inflater_) inflate(kTail, out);
    if (compressed_ && failed_) out.raise(reason_, message_bytes_);
    message_bytes_ = 0;
    raw_ = failed_;
  }

 private:
  void show(Bytes bytes, Origin origin, const Outlet& out) noexcept {
    if (!compressed_) return out.write(bytes, origin);
    if (!inflater_ && !failed_) {
      inflater_ = pool_.acquire();
      if (!inflater_) give_up(Exception::decode_budget, out);
    }
    message_bytes_ += bytes.size();
    if (!failed_) return inflate(bytes, out);
    // The message that broke is over for its receiver; those behind it are shown as they stand.
    if (raw_) out.write(bytes, origin);
  }
  void inflate(Bytes bytes, const Outlet& out) noexcept {
    const MutableBytes buffer = pool_.buffer(0);
    z_stream& stream = inflater_->stream;
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    input_ += bytes.size();
    for (;;) {
      stream.next_out = buffer.data();
      stream.avail_out = static_cast<uInt>(buffer.size());
      const int result = ::inflate(&stream, Z_SYNC_FLUSH);
      const std::size_t produced = buffer.size() - stream.avail_out;
      output_ += produced;
      out.write(buffer.first(produced), Origin::decoded);
      if (result == Z_STREAM_END) inflateReset(&stream);  // a final block: the next one begins anew
      if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END) return give_up(Exception::decode_error, out);
      if (output_ > kFreeOutput && output_ / pool_.limits.ratio > input_) return give_up(Exception::decode_budget, out);
      if (produced == 0 && stream.avail_in == 0) return;
      if (produced == 0 && result == Z_BUF_ERROR) return;
    }
  }
  void give_up(Exception reason, const Outlet& out) noexcept {
    pool_.release(std::move(inflater_));
    failed_ = true;
    reason_ = reason;
    out.raise(reason, 0);
  }

  DecodePool& pool_;
  std::unique_ptr<Inflater> inflater_;
  std::uint64_t input_ = 0, output_ = 0;
  std::uint64_t message_bytes_ = 0;  ///< of a compressed message, as they came
  std::uint32_t mask_ = 0, at_ = 0;
  Exception reason_ = Exception::decode_error;
  bool masked_ = false, compressed_ = false, failed_ = false, raw_ = false;
};

class WebSocket final : public Scripted {
 public:
  explicit WebSocket(DecodePool& pool) noexcept
      : Scripted(Protocol::websocket), payloads_{WebSocketPayload(pool), WebSocketPayload(pool)} {}

 private:
  Script client(Input& in) noexcept override { return frames(in, payloads_[0]); }
  Script server(Input& in) noexcept override { return frames(in, payloads_[1]); }

  static Script frames(Input& in, WebSocketPayload& payload) noexcept {
    bool in_message = false, compressed = false;
    for (;;) {
      const std::uint8_t head = co_await in.u8();
      const std::uint8_t opcode = head & 0x0f;
      if ((head & kReserved) != 0 || (opcode > 2 && opcode < kControl) || opcode > 10) co_return Next::foreign;
      const std::uint8_t size = co_await in.u8();
      std::uint64_t length = size & 0x7f;
      if (length == 126) {
        length = co_await in.u16();
      } else if (length == 127) {
        length = co_await in.u64();
      }
      if (length >> 63 != 0) co_return Next::foreign;
      const bool masked = (size & kMasked) != 0;
      std::uint32_t mask = 0;
      if (masked) mask = co_await in.u32();
      if ((opcode & kControl) != 0) {
        // A control frame may stand between the fragments of a message, whose field goes on behind it: its own few
        // bytes (a reason, an echo) are shown behind the message, or between messages.
        payload.begin_frame(masked, mask, false);
        if (in_message || length == 0) {
          if (length > 0) in.raise(Exception::depth_limit, length);
          co_await in.skip(length);
        } else {
          in.start(Location::stream);
          co_await in.through(length, payload);
          in.close();
        }
        continue;
      }
      if (opcode != 0) {
        in.close();
        in.start(Location::message);
        compressed = (head & kCompressed) != 0;
        in_message = true;
      }
      payload.begin_frame(masked, mask, compressed);
      co_await in.through(length, payload);
      if ((head & kFinal) == 0) continue;
      payload.end_message(in.out());
      in.close();
      in_message = false;
    }
  }

  WebSocketPayload payloads_[2];
};

/// Whether it is masked says nothing: there are clients that do not mask.
Match first_frame(Bytes first) noexcept {
  const std::uint8_t opcode = first[0] & 0x0f;
  const bool control = (opcode & kControl) != 0;
  if ((first[0] & kReserved) != 0 || (opcode > 2 && !control) || opcode == 0 || opcode > 10) return Match::no;
  if (control && (first[0] & (kFinal | kCompressed)) != kFinal) return Match::no;
  return first.size() < 2 ? Match::maybe : Match::yes;
}

}  // namespace

Match websocket_client(Bytes first) noexcept { return first_frame(first); }
Match websocket_server(Bytes first) noexcept { return first_frame(first); }
std::unique_ptr<Follower> follow_websocket(DecodePool& pool) { return std::make_unique<WebSocket>(pool); }

}  // namespace bulkhead
