#include <cstring>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/judges.hpp"

namespace bulkhead::detect {
namespace {

constexpr std::size_t kMinBody = 16;      // base64 characters: a header alone stands in many a source file
constexpr std::size_t kMaxNewline = 8;    // "\r\n\r\n" written as escapes
constexpr std::string_view kDashes = "-----";

/// The line break behind the header, real or as JSON escapes it, at least one; OpenPGP has two.
bool take_newline(Ahead& ahead) noexcept {
  std::size_t length = 0;
  bool feed = false;
  while (length < kMaxNewline) {
    if (ahead.take('\n')) {
      feed = true;
      ++length;
    } else if (ahead.take('\r') || ahead.take(' ')) {
      ++length;
    } else if (ahead.byte() == '\\') {
      ahead.skip();
      if (ahead.byte() == '\\') ahead.skip();
      if (ahead.take('n'))
        feed = true;
      else if (!ahead.take('r'))
        return false;
      length += 2;
    } else {
      break;
    }
  }
  return feed;
}

}  // namespace

Judged judge_private_key(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const start = event - kDashes.size();
  if (std::memcmp(start, kDashes.data(), kDashes.size()) != 0 || *event != 'B') return Judged::decided;
  Ahead ahead(view, event, event);
  if (!ahead.take("BEGIN ")) return ahead.pending() ? Judged::pending : Judged::decided;
  const std::uint8_t* const label = ahead.at();
  while (is(ahead.byte(), kUpper) || ahead.byte() == ' ') ahead.skip();
  const std::string_view name(reinterpret_cast<const char*>(label), static_cast<std::size_t>(ahead.at() - label));
  if (!ahead.take(kDashes)) return ahead.pending() ? Judged::pending : Judged::decided;
  if (!name.ends_with("PRIVATE KEY") && !name.ends_with("PRIVATE KEY BLOCK")) return Judged::decided;
  const std::uint8_t* const header_end = ahead.at();
  if (!take_newline(ahead)) return ahead.pending() ? Judged::pending : Judged::decided;
  const std::uint8_t* const body = ahead.at();
  const std::size_t length = ahead.run(kBase64);
  if (ahead.pending()) return Judged::pending;
  const std::string_view first(reinterpret_cast<const char*>(body), length);
  const bool armor_header = first == "Version" || first == "Comment" || first == "Proc";
  if (length < kMinBody && !armor_header) return Judged::decided;

  Detection* const detection =
      found.add(view, kPrivateKey, start, static_cast<std::size_t>(ahead.at() - start), Confidence::high);
  if (detection == nullptr) return Judged::decided;
  detection->fingerprint = fingerprint(kPrivateKey, start, detection->length);
  set_key(*detection, structural_key(start), start);
  mask_append(*detection, start, static_cast<std::size_t>(header_end - start));
  return Judged::decided;
}

}  // namespace bulkhead::detect
