#include "reading/run_probe.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "reading/hints.hpp"
#include "reading/letter_fits.hpp"

namespace bulkhead::reading {
namespace {

/// The last letters of a run.
struct Letters {
  Bytes all;           ///< ends with the letter that is probed
  std::size_t window;  ///< where the kRunHint last ones begin
  std::size_t first;   ///< where the run begins, as far as it was looked at

  [[nodiscard]] std::uint8_t at(std::size_t i) const noexcept { return all[i]; }
  [[nodiscard]] std::size_t back(std::size_t i) const noexcept { return all.size() - i; }
};

/// Looks at decoded bytes one by one.
class TextCheck {
 public:
  /// Whether text may go on with this byte.
  bool take(std::uint8_t byte) noexcept {
    if (byte >= 0x80) {
      const bool continues = byte < 0xc0;
      if (continues ? awaited_ == 0 && seen_ >= 3 : awaited_ != 0 || byte < 0xc2 || byte > 0xf4) return false;
      if (continues) {
        awaited_ = awaited_ > 0 ? awaited_ - 1 : 0;
      } else {
        awaited_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
      }
    } else {
      if (awaited_ != 0) return false;
      const bool plain = (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
      if (!plain && byte != 0) return false;
      if (plain) ++plain_;
    }
    ++seen_;
    return true;
  }
  /// NULs stand between the characters of UTF-16; alone they are nothing.
  [[nodiscard]] bool is_text() const noexcept { return plain_ * 3 >= seen_; }

 private:
  unsigned seen_ = 0, plain_ = 0, awaited_ = 0;
};

struct Group {
  std::array<std::uint8_t, 3> bytes;
};
Group group_at(const Letters& letters, std::size_t at) noexcept {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i)
    bits = bits << 6 | static_cast<std::uint32_t>(kBase64Values[letters.at(at + i)]);
  return {{static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)}};
}

bool are_letters(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return kBase64Values[byte] >= 0; });
}

bool is_control(std::uint8_t byte) noexcept {
  return (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n' && byte != 0) || byte == 0x7f;
}

std::optional<std::size_t> base64_text(const Letters& letters) noexcept {
  for (std::size_t phase = 0; phase < 4; ++phase) {
    std::size_t start = letters.window + phase;
    TextCheck check;
    bool text = true;
    for (std::size_t at = start; text && at + 4 <= letters.all.size(); at += 4)
      for (const std::uint8_t byte : group_at(letters, at).bytes) text = text && check.take(byte);
    if (!text || !check.is_text()) continue;
    while (start >= 4 && are_letters(letters.all.subspan(start - 4, 4))) {
      const Group group = group_at(letters, start - 4);
      if (std::any_of(group.bytes.begin(), group.bytes.end(), is_control)) break;
      start -= 4;
    }
    return start;
  }
  return {};
}

std::optional<std::size_t> hex_text(const Letters& letters) noexcept {
  const auto byte_at = [&letters](std::size_t at) {
    const int high = hex_value(letters.at(at)), low = hex_value(letters.at(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  };
  for (std::size_t phase = 0; phase < 2; ++phase) {
    std::size_t start = letters.window + phase;
    bool text = true;
    for (std::size_t at = start; text && at + 2 <= letters.all.size(); at += 2) text = byte_at(at) >= 0x20 && byte_at(at) < 0x7f;
    if (!text) continue;
    while (start >= 2 && byte_at(start - 2) >= 0x20 && byte_at(start - 2) < 0x7f) start -= 2;
    if (letters.back(start) < kHexHint) continue;
    return start;
  }
  return {};
}

/// Beginnings of compressed data as these encodings have them: zlib's are 16 bits only.
struct Magic {
  std::string_view letters;
  Encoding encoding;
};
constexpr Magic kMagics[] = {
    {"H4sI", Encoding::base64}, {"KLUv", Encoding::base64}, {"1f8b08", Encoding::hex}, {"28b52ffd", Encoding::hex},
    {"1F8B08", Encoding::hex},  {"eJ", Encoding::base64},   {"eN", Encoding::base64},  {"eA", Encoding::base64},
    {"eF", Encoding::base64},
};

const Magic* magic_of(Bytes run) noexcept {
  const std::string_view text(reinterpret_cast<const char*>(run.data()), run.size());
  for (const Magic& magic : kMagics)
    if (text.starts_with(magic.letters)) return &magic;
  return nullptr;
}

/// Compressed data where a run begins.
std::optional<RunStart> compressed(const Letters& letters) noexcept {
  if (letters.first != letters.window) return {};
  const Magic* const magic = magic_of(letters.all.last(kRunHint));
  return magic == nullptr ? std::nullopt : std::optional(RunStart{magic->encoding, kRunHint, true});
}

}  // namespace

int base64_value(std::uint8_t byte) noexcept { return kBase64Values[byte]; }

int hex_value(std::uint8_t byte) noexcept {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const std::uint8_t lower = byte | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool begins_compressed(Bytes run) noexcept { return magic_of(run) != nullptr; }

std::optional<RunStart> probe_run(Bytes seen) noexcept {
  if (seen.size() > kProbeLookBack) seen = seen.last(kProbeLookBack);
  if (seen.size() < kRunHint) return {};
  Letters letters{seen, seen.size() - kRunHint, seen.size()};
  while (letters.first > letters.window && kBase64Values[seen[letters.first - 1]] >= 0) --letters.first;
  if (letters.first != letters.window) return {};
  if (letters.first > 0 && kBase64Values[seen[letters.first - 1]] >= 0) --letters.first;
  // Only where it turns out to be text the rest of the run is looked at.
  if (auto start = hex_text(letters)) return RunStart{Encoding::hex, letters.back(*start), false};
  if (auto start = base64_text(letters)) return RunStart{Encoding::base64, letters.back(*start), false};
  return compressed(letters);
}

}  // namespace bulkhead::reading
