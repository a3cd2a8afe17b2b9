#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <string_view>

#include "codec/field_writer.hpp"

namespace bulkhead {

/// Takes decoded or encoded bytes in the middle of a protocol: a decompressor, an inner protocol.
class Consumer {
 public:
  virtual void take(Bytes bytes, Origin origin, const Outlet& out) noexcept = 0;
  /// Bytes never came. False when what follows them cannot be placed.
  virtual bool lose(std::uint64_t) noexcept { return false; }

 protected:
  ~Consumer() = default;
};

/// Takes bytes up to an end that only it knows.
class PartConsumer {
 public:
  struct Taken {
    std::size_t size;
    bool over;
  };
  virtual Taken take_part(Bytes bytes, Origin origin, const Outlet& out) noexcept = 0;

 protected:
  ~PartConsumer() = default;
};

/// Reads along with the content of fields.
class Listener {
 public:
  virtual void hear(Bytes bytes) noexcept = 0;
  /// Bytes of it never came.
  virtual void miss() noexcept = 0;

 protected:
  ~Listener() = default;
};

/// What a Script reads from: one direction of a session, asked for piece by piece.
///
/// Inside a frame (`enter`) nothing is read past its end: what is asked for beyond it comes back as zeros or short, and
/// `ok()` is false until the next frame. So a script checks once per structure, and a wrong length inside a frame
/// cannot lose the place of the next one.
class Input {
 public:
  /// First bytes of a text that are kept for the script to look at.
  static constexpr std::size_t kKept = 64;
  static constexpr std::uint64_t kNoFrame = UINT64_MAX;

  /// Finds out from its first bytes how long a number is; 0: not known yet. At most 10 bytes.
  using Sizer = std::size_t (*)(Bytes so_far) noexcept;
  using Decoder = std::uint64_t (*)(Bytes number) noexcept;

  template <typename Value>
  struct Wait {
    Input& input;
    [[nodiscard]] bool await_ready() const noexcept { return input.progress(); }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    Value await_resume() const noexcept { return static_cast<Value>(input.value()); }
  };

  // Numbers, big-endian unless they begin with `le`.
  Wait<std::uint8_t> u8() noexcept { return fixed<std::uint8_t>(1, big); }
  Wait<std::uint16_t> u16() noexcept { return fixed<std::uint16_t>(2, big); }
  Wait<std::uint32_t> u24() noexcept { return fixed<std::uint32_t>(3, big); }
  Wait<std::uint32_t> u32() noexcept { return fixed<std::uint32_t>(4, big); }
  Wait<std::uint64_t> u64() noexcept { return fixed<std::uint64_t>(8, big); }
  Wait<std::uint16_t> le16() noexcept { return fixed<std::uint16_t>(2, little); }
  Wait<std::uint32_t> le24() noexcept { return fixed<std::uint32_t>(3, little); }
  Wait<std::uint32_t> le32() noexcept { return fixed<std::uint32_t>(4, little); }
  Wait<std::uint64_t> le64() noexcept { return fixed<std::uint64_t>(8, little); }
  Wait<std::uint64_t> number(Sizer sizer, Decoder decoder) noexcept;
  /// Base-128 number, least significant group first (protobuf, MQTT, Kafka).
  Wait<std::uint64_t> varint() noexcept;

  /// So many bytes that are nobody's content: a checksum, a random number.
  Wait<bool> skip(std::uint64_t count) noexcept { return ask<bool>(Kind::skip, count); }
  /// So many bytes of content for the current field. The first are kept.
  Wait<bool> content(std::uint64_t count) noexcept { return ask<bool>(Kind::content, count); }
  /// Content up to, and without, one of two bytes, which comes next. The first are kept.
  Wait<bool> until(std::uint8_t a, std::uint8_t b) noexcept;
  Wait<bool> until(std::uint8_t a) noexcept { return until(a, a); }
  /// As `content` and `until`, but kept only: for words too short and plain to be content. At most kKept bytes; a longer
  /// word ends there.
  Wait<bool> word(std::uint64_t count) noexcept { return ask<bool>(Kind::word, count < kKept ? count : kKept); }
  Wait<bool> word_until(std::uint8_t a, std::uint8_t b) noexcept;
  Wait<bool> through(std::uint64_t count, Consumer& consumer) noexcept;
  Wait<bool> through_part(PartConsumer& consumer) noexcept {
    part_ = &consumer;
    return ask<bool>(Kind::part, 0);
  }
  /// The next byte, which stays, as does what was kept; 256 at the end of the frame.
  Wait<std::uint16_t> peek() noexcept { return ask<std::uint16_t>(Kind::peek, 1); }

  /// The next two bytes (fewer at the end of the frame) are kept and stay, except for those that came alone before a cut:
  /// so many have been taken.
  Wait<std::uint8_t> ahead() noexcept { return ask<std::uint8_t>(Kind::ahead, 2); }

  /// The first bytes of what was asked for last.
  [[nodiscard]] std::string_view kept() const noexcept { return {kept_.data(), kept_count_}; }
  /// Keeps that as the key of fields to come.
  void keep_as_key() noexcept { set_key(kept()); }
  void set_key(std::string_view key) noexcept;
  [[nodiscard]] std::string_view key() const noexcept { return {key_.data(), key_count_}; }

  /// A byte that `ahead` took comes again, as the first of the number asked for next.
  void put_back(std::uint8_t byte) noexcept {
    put_back_ = byte;
    has_put_back_ = true;
  }

  void enter(std::uint64_t bytes) noexcept {
    frame_ = bytes;
    ok_ = true;
  }
  void leave() noexcept { frame_ = kNoFrame; }
  [[nodiscard]] std::uint64_t left() const noexcept { return frame_; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

  void start(Location location, Role role = Role::none, std::string_view key = {}) noexcept {
    out_->start(Field{protocol_, location, role, key});
  }
  /// A field whose content is the base64 of what its role names.
  void start_base64(Location location, Role role) noexcept { out_->start(Field{protocol_, location, role, {}, true}); }
  void close() noexcept { out_->close(); }
  /// Who reads along with `content` and `until` from here on; nobody: nullptr.
  void listen(Listener* listener) noexcept { listener_ = listener; }
  void raise(Exception reason, std::uint64_t bytes = 0) noexcept { out_->raise(reason, bytes); }
  /// Content that does not stand in the packet as it is: a number in digits, a word that was kept.
  void write(std::string_view text) noexcept;
  void write(Bytes bytes, Origin origin) noexcept { out_->write(bytes, origin); }
  void write_number(std::uint64_t number, bool negative = false) noexcept;
  [[nodiscard]] const Outlet& out() const noexcept { return *out_; }
  void set_protocol(Protocol protocol) noexcept { protocol_ = protocol; }
  [[nodiscard]] Protocol protocol() const noexcept { return protocol_; }

  // For who feeds a script.
  void give(Bytes bytes, Origin origin, const Outlet& out) noexcept;
  /// Whether what was asked for is all there. Takes what there is of it.
  bool progress() noexcept;
  [[nodiscard]] std::size_t remaining() const noexcept { return now_.size(); }
  /// Bytes never came: true when they lie inside what was asked for and nobody has to read them.
  bool lose(std::uint64_t bytes) noexcept;
  /// Bytes of a number or word that were taken and handed to nobody.
  [[nodiscard]] Bytes held() const noexcept;

 private:
  enum class Kind : std::uint8_t { none, fixed, sized, skip, content, until, word, word_until, through, peek, ahead, part };

  static std::uint64_t big(Bytes number) noexcept;
  static std::uint64_t little(Bytes number) noexcept;
  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }
  template <typename Value>
  Wait<Value> ask(Kind kind, std::uint64_t count) noexcept {
    kind_ = kind;
    wanted_ = count;
    if (kind != Kind::peek) kept_count_ = 0;
    return {*this};
  }
  template <typename Value>
  Wait<Value> fixed(std::uint64_t size, Decoder decoder) noexcept {
    decoder_ = decoder;
    return ask<Value>(Kind::fixed, size);
  }
  bool number_step() noexcept;
  bool counted_step() noexcept;
  bool until_step() noexcept;
  bool ahead_step() noexcept;
  bool part_step() noexcept;
  void keep(Bytes bytes) noexcept;
  void drop(std::size_t count) noexcept;
  [[nodiscard]] bool cut_short() noexcept;

  Bytes now_;
  const Outlet* out_ = nullptr;
  std::uint64_t frame_ = kNoFrame;
  std::uint64_t wanted_ = 0;
  std::uint64_t value_ = 0;
  Sizer sizer_ = nullptr;
  Decoder decoder_ = nullptr;
  Consumer* consumer_ = nullptr;
  PartConsumer* part_ = nullptr;
  Listener* listener_ = nullptr;
  std::array<char, kKept> kept_{};
  std::array<char, kMaxFieldKey> key_{};
  std::uint8_t kept_count_ = 0;
  std::uint8_t key_count_ = 0;
  std::uint8_t stop_[2] = {};
  std::uint8_t put_back_ = 0;
  Kind kind_ = Kind::none;
  Origin origin_ = Origin::in_packet;
  Protocol protocol_ = Protocol::raw;
  bool ok_ = true;
  bool has_put_back_ = false;
};

}  // namespace bulkhead
