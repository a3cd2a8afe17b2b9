#include "protocol/protobuf.hpp"

#include <array>
#include <charconv>

namespace bulkhead {
namespace {

/// Deeper than what people write; the default limit of parsers is 100.
constexpr std::size_t kDeepest = 24;
constexpr std::uint64_t kSmallestNumber = 100'000'000;  ///< nine digits

enum Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kLengthed = 2, kFixed32 = 5 };

struct Level {
  std::uint64_t left;  ///< bytes of this message still to come
  std::uint32_t field;
};

class Path {
 public:
  [[nodiscard]] bool full() const noexcept { return depth_ == kDeepest; }
  [[nodiscard]] bool empty() const noexcept { return depth_ == 0; }
  void push(std::uint64_t length, std::uint32_t field) noexcept { levels_[depth_++] = {length, field}; }
  /// Bytes were read; messages that end with them are left. False when they end before.
  [[nodiscard]] bool took(std::uint64_t bytes) noexcept {
    for (std::size_t i = 0; i < depth_; ++i) {
      if (bytes > levels_[i].left) return false;
      levels_[i].left -= bytes;
    }
    while (depth_ > 0 && levels_[depth_ - 1].left == 0) --depth_;
    return true;
  }
  [[nodiscard]] std::uint64_t left(std::uint64_t frame) const noexcept {
    return depth_ == 0 ? frame : levels_[depth_ - 1].left;
  }
  /// What is left of the outermost message that is walked into: where walking can go on after a mistake inside.
  [[nodiscard]] std::uint64_t left_of_all(std::uint64_t frame) const noexcept {
    return depth_ == 0 ? frame : levels_[0].left;
  }
  void clear() noexcept { depth_ = 0; }
  std::string_view text(std::uint32_t field, std::array<char, kMaxFieldKey>& out) const noexcept {
    char* at = out.data();
    char* const end = at + out.size();
    for (std::size_t i = 0; i < depth_ && end - at > 12; ++i) {
      at = std::to_chars(at, end, levels_[i].field).ptr;
      *at++ = '.';
    }
    if (end - at > 11) at = std::to_chars(at, end, field).ptr;
    return {out.data(), static_cast<std::size_t>(at - out.data())};
  }

 private:
  std::array<Level, kDeepest> levels_;
  std::size_t depth_ = 0;
};

/// Whether so many bytes that begin with these two are a message rather than text or bytes.
bool begins_like_message(std::string_view two, std::uint64_t length) noexcept {
  if (two.size() < 2) return false;
  const auto tag = static_cast<std::uint8_t>(two[0]);
  const auto next = static_cast<std::uint8_t>(two[1]);
  const std::uint8_t wire = tag & 7;
  if (tag >= 0x80 || tag < 8) return false;
  const bool control = tag < 0x20;  // the tags of the first three fields: text hardly begins so
  switch (wire) {
    case kVarint:
      return control || next < 0x20;
    case kFixed64:
      return control && length >= 9;
    case kFixed32:
      return control && length >= 5;
    case kLengthed:
      return next < 0x80 ? next <= length - 2 && (control || next < 0x20) : control && length > 130;
    default:
      return false;
  }
}

}  // namespace

Script walk_protobuf(Input& in) {
  Path path;
  std::array<char, kMaxFieldKey> text;
  while (co_await in.peek() != 256) {
    const std::uint64_t tag = co_await in.varint();
    const auto field = static_cast<std::uint32_t>(tag >> 3);
    const auto wire = static_cast<std::uint8_t>(tag & 7);
    bool good = field != 0 && tag <= UINT32_MAX && path.took(in.kept().size());
    if (good && wire == kVarint) {
      const std::uint64_t value = co_await in.varint();
      good = path.took(in.kept().size());
      if (good && value >= kSmallestNumber) {
        in.set_key(path.text(field, text));
        in.start(Location::value, Role::none, in.key());
        in.write_number(value);
        in.close();
      }
    } else if (good && (wire == kFixed64 || wire == kFixed32)) {
      const std::uint64_t size = wire == kFixed64 ? 8 : 4;
      good = path.left(in.left()) >= size;
      if (good) {
        co_await in.skip(size);
        good = path.took(size);
      }
    } else if (good && wire == kLengthed) {
      const std::uint64_t length = co_await in.varint();
      good = path.took(in.kept().size()) && length <= path.left(in.left());
      if (good && length > 0) {
        std::uint8_t taken = 0;
        if (length > 1) taken = co_await in.ahead();
        const bool nested = length > 1 && !path.full() && begins_like_message(in.kept(), length);
        if (nested) {
          path.push(length, field);
          if (taken > 0) in.put_back(static_cast<std::uint8_t>(in.kept()[0]));
          continue;
        }
        in.set_key(path.text(field, text));
        in.start(Location::value, Role::none, in.key());
        if (taken > 0) in.write(in.kept().substr(0, taken));
        co_await in.content(length - taken);
        in.close();
        good = path.took(length);
      }
    } else {
      good = false;
    }
    if (good && in.ok()) continue;
    // A mistake: what is left of the outermost message inside, or of all, is content as it stands.
    const std::uint64_t rest = path.left_of_all(in.left());
    in.start(Location::value);
    co_await in.content(rest);
    in.close();
    path.clear();
  }
  co_return Next::more;
}

}  // namespace bulkhead
