#include "codec/lz_unpacker.hpp"

namespace bulkhead {
namespace {

/// Sequences of an LZ4 block (lz4_Block_format.md): a token, literals, and a copy.
class Lz4 : public LzUnpacker {
 public:
  using LzUnpacker::LzUnpacker;

 protected:
  static constexpr std::uint8_t kMore = 15;  ///< in a token: further bytes add to the length
  static constexpr std::uint64_t kShortestCopy = 4;

  Now sequence(std::uint8_t byte) noexcept {
    switch (state_) {
      case State::token:
        copy_size_ = byte & 15U;
        size_ = byte >> 4;
        if (size_ == kMore) return go(State::more_literals);
        return begin_literals();
      case State::more_literals:
        size_ += byte;
        return byte == 255 ? Now::going : begin_literals();
      case State::offset_low:
        offset_ = byte;
        return go(State::offset_high);
      case State::offset_high:
        offset_ |= byte << 8;
        if (offset_ == 0) return Now::corrupt;
        return copy_size_ == kMore ? go(State::more_copy) : begin_copy();
      case State::more_copy:
        copy_size_ += byte;
        return byte == 255 ? Now::going : begin_copy();
    }
    return Now::corrupt;
  }
  void begin_block() noexcept { state_ = State::token; }
  /// Whether what was moved last were the literals of a sequence, with which alone a block ends.
  [[nodiscard]] bool at_copy() const noexcept { return state_ == State::offset_low; }

  /// So many bytes are about to be moved.
  virtual bool allow(std::uint64_t) noexcept { return true; }

 private:
  enum class State : std::uint8_t { token, more_literals, offset_low, offset_high, more_copy };

  Now go(State state) noexcept {
    state_ = state;
    return Now::going;
  }
  Now begin_literals() noexcept {
    if (!allow(size_)) return Now::corrupt;
    literals(size_);
    return go(State::offset_low);
  }
  Now begin_copy() noexcept {
    if (!allow(copy_size_ + kShortestCopy)) return Now::corrupt;
    copy(copy_size_ + kShortestCopy, offset_);
    return go(State::token);
  }

  std::uint64_t size_ = 0, copy_size_ = 0;
  std::uint32_t offset_ = 0;
  State state_ = State::token;
};

/// One block behind its decoded size in four bytes, as CQL sends it.
class SizedLz4 final : public Lz4 {
 public:
  using Lz4::Lz4;

 private:
  Now header(std::uint8_t byte) noexcept override {
    if (taken() < 4) {
      left_ = left_ << 8 | byte;
      return taken() == 3 && left_ == 0 ? Now::over : Now::going;
    }
    return sequence(byte);
  }
  Now moved() noexcept override { return left_ == 0 ? Now::over : Now::going; }
  bool allow(std::uint64_t size) noexcept override {
    if (size > left_) return false;
    left_ -= size;
    return true;
  }

  std::uint64_t left_ = 0;
};

/// A frame (lz4_Frame_format.md). Checksums are stepped over, also where Kafka 0.8 had them wrong.
class Lz4Frame final : public Lz4 {
 public:
  using Lz4::Lz4;

 private:
  enum class State : std::uint8_t { magic, descriptor, block_size, block, stored, block_check, content_check };
  static constexpr std::uint8_t kMagic[] = {0x04, 0x22, 0x4d, 0x18};
  static constexpr std::uint8_t kBlockCheck = 0x10, kContentSize = 0x08, kContentCheck = 0x04, kDictionary = 0x01;
  static constexpr std::uint32_t kStored = 0x80000000U, kLargestBlock = 4U << 20;

  Now header(std::uint8_t byte) noexcept override {
    switch (state_) {
      case State::magic:
        if (byte != kMagic[count_]) return Now::corrupt;
        if (++count_ == sizeof kMagic) go(State::descriptor);
        return Now::going;
      case State::descriptor: {
        if (count_++ == 0) flags_ = byte;
        const int size = 3 + ((flags_ & kContentSize) != 0 ? 8 : 0) + ((flags_ & kDictionary) != 0 ? 4 : 0);
        if (flags_ >> 6 != 1) return Now::corrupt;
        if (count_ == size) go(State::block_size);
        return Now::going;
      }
      case State::block_size:
        number_ |= std::uint32_t{byte} << (8 * count_++);
        return count_ == 4 ? begin_block_of(number_) : Now::going;
      case State::block: {
        const Now now = sequence(byte);
        return now == Now::going && taken() + 1 == end_ && at_copy() ? end_block_after() : now;
      }
      case State::block_check:
        if (++count_ == 4) go(State::block_size);
        return Now::going;
      case State::content_check:
        return ++count_ == 4 ? Now::over : Now::going;
      case State::stored:
        break;
    }
    return Now::corrupt;
  }

  Now begin_block_of(std::uint32_t size) noexcept {
    if (size == 0) {
      if ((flags_ & kContentCheck) == 0) return Now::over;
      go(State::content_check);
      return Now::going;
    }
    const std::uint32_t bytes = size & ~kStored;
    if (bytes == 0 || bytes > kLargestBlock) return Now::corrupt;
    go((size & kStored) != 0 ? State::stored : State::block);
    if (state_ == State::stored) literals(bytes);
    end_ = taken() + 1 + bytes;
    begin_block();
    return Now::going;
  }
  /// The block's last byte was a token without literals, or the count of literals that must then be there.
  Now end_block_after() noexcept {
    end_block();
    return Now::going;
  }
  Now moved() noexcept override {
    if (taken() > end_) return Now::corrupt;
    if (taken() == end_) end_block();
    return Now::going;
  }
  void end_block() noexcept { go((flags_ & kBlockCheck) != 0 ? State::block_check : State::block_size); }
  void go(State state) noexcept {
    state_ = state;
    number_ = 0;
    count_ = 0;
  }

  std::uint64_t end_ = 0;  ///< of the block, in input bytes
  std::uint32_t number_ = 0;
  State state_ = State::magic;
  std::uint8_t count_ = 0, flags_ = 0;
};

}  // namespace

std::unique_ptr<Unpacker> make_lz4_unpacker(UnpackerMemory& memory) noexcept { return made_unpacker<Lz4Frame>(memory); }
std::unique_ptr<Unpacker> make_sized_lz4_unpacker(UnpackerMemory& memory) noexcept {
  return made_unpacker<SizedLz4>(memory);
}

}  // namespace bulkhead
