#include "codec/lz_unpacker.hpp"

namespace bulkhead {
namespace {

/// The frame of snappy-java in front of its pieces, which Kafka's Java clients use: a magic number and two versions.
constexpr std::uint8_t kFrame[] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
constexpr std::uint8_t kFrameSize = 16;
/// What the first bytes of that frame are when they are read as the length of a plain block.
constexpr std::uint64_t kFrameAsLength = 0x82 - 0x80 + ('S' << 7);

class Snappy final : public LzUnpacker {
 public:
  using LzUnpacker::LzUnpacker;

 private:
  enum class State : std::uint8_t { frame, piece, length, element, size, offset };

  Now header(std::uint8_t byte) noexcept override {
    switch (state_) {
      case State::frame:
        if (count_ < sizeof kFrame && byte != kFrame[count_]) return Now::corrupt;
        if (++count_ == kFrameSize) begin(State::piece);
        return Now::going;
      case State::piece:  // its length, which its own beginning says again
        if (++count_ == 4) begin(State::length);
        return Now::going;
      case State::length:
        if (count_ == 5) return Now::corrupt;
        number_ |= std::uint64_t{byte & 0x7fU} << (7 * count_++);
        if (byte >= 0x80) return Now::going;
        left_ = number_;
        return next();
      case State::element:
        return element(byte);
      case State::size:
        number_ |= std::uint64_t{byte} << (8 * count_++);
        return count_ < wanted_ ? Now::going : begin_literals(number_ + 1);
      case State::offset:
        number_ |= std::uint64_t{byte} << (8 * count_++);
        if (count_ == wanted_) copy(size_, number_);
        return Now::going;
    }
    return Now::corrupt;
  }

  Now element(std::uint8_t tag) noexcept {
    // No block begins with a copy, so what looks like one is the frame.
    if (!framed_ && left_ == kFrameAsLength && tag == kFrame[2] && taken() == 2) {
      framed_ = true;
      begin(State::frame);
      count_ = 3;
      return Now::going;
    }
    constexpr std::uint8_t kInTag = 60;
    const std::uint8_t upper = tag >> 2;
    begin(State::offset);
    switch (tag & 3) {
      case 0:
        if (upper < kInTag) return begin_literals(upper + 1U);
        begin(State::size);
        wanted_ = static_cast<std::uint8_t>(upper - kInTag + 1);
        return Now::going;
      case 1:
        size_ = 4U + (upper & 7U);
        number_ = std::uint64_t{upper & 0x38U} << 5;
        wanted_ = 1;
        break;
      default:
        size_ = upper + 1U;
        wanted_ = (tag & 3) == 2 ? 2 : 4;
        break;
    }
    if (size_ > left_) return Now::corrupt;
    left_ -= size_;
    return Now::going;
  }

  Now begin_literals(std::uint64_t count) noexcept {
    if (count > left_) return Now::corrupt;
    left_ -= count;
    literals(count);
    return Now::going;
  }
  Now moved() noexcept override { return next(); }
  /// An element is over: another one, or another piece.
  Now next() noexcept {
    begin(State::element);
    if (left_ > 0) return Now::going;
    if (!framed_) return Now::over;
    begin(State::piece);
    return Now::going;
  }
  void begin(State state) noexcept {
    state_ = state;
    number_ = 0;
    count_ = 0;
  }

  std::uint64_t left_ = 0;  ///< output of the block that no element has been read for
  std::uint64_t number_ = 0, size_ = 0;
  State state_ = State::length;
  std::uint8_t count_ = 0, wanted_ = 0;
  bool framed_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> make_snappy_unpacker(UnpackerMemory& memory) noexcept {
  return made_unpacker<Snappy>(memory);
}

}  // namespace bulkhead
