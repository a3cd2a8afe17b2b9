#include "detect/wallet/judge.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "bulkhead/scanner.hpp"
#include "detect/ahead.hpp"
#include "detect/secret/byte_sets.hpp"
#include "detect/secret/report.hpp"
#include "detect/wallet/digest.hpp"

namespace bulkhead::detect::wallet {
namespace {

constexpr std::size_t kShownInFront = 4;

void add(const FieldView& view, BuiltIn detector, const std::uint8_t* start, const std::uint8_t* end, Confidence confidence,
         Findings& found) noexcept {
  secret::report(view, detector, start, end, kShownInFront, confidence, false, found);
}

bool ends(std::uint8_t after) noexcept { return !is(after, kAlnum) && after != '_'; }

/// Whether "eth" stands as a word of its own in front of `at`: it is a part of many.
bool names_ether(const std::uint8_t* at) noexcept {
  constexpr std::string_view kWord = "eth";
  const std::uint8_t* from = at - kContextBytes;
  for (;;) {
    from = std::search(from, at, kWord.begin(), kWord.end(),
                       [](std::uint8_t a, char b) { return lower(a) == static_cast<std::uint8_t>(b); });
    if (from == at) return false;
    if (!is(from[-1], kAlnum) && !is(from[kWord.size()], kLower | kDigit)) return true;
    ++from;
  }
}

/// BIP-173: the check of a code over GF(32).
std::uint32_t polymod(std::uint32_t check, std::uint8_t value) noexcept {
  constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = check >> 25;
  check = (check & 0x1ffffff) << 5 ^ value;
  for (std::size_t i = 0; i < kGenerator.size(); ++i)
    if ((top >> i & 1U) != 0) check ^= kGenerator[i];
  return check;
}

}  // namespace

Judged judge_ethereum(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::size_t kDigits = 40;
  const std::uint8_t* const start = event - 2;
  if (!secret::starts_token(start)) return Judged::decided;
  Ahead ahead(view, event, event);
  std::array<std::uint8_t, kDigits + 1> small;
  bool capital = false, lower_case = false;
  std::size_t size = 0;
  for (; size <= kDigits && secret::is_hex(ahead.byte()); ahead.skip()) {
    capital = capital || is(ahead.byte(), kUpper);
    lower_case = lower_case || is(ahead.byte(), kLower);
    small[size++] = lower(ahead.byte());
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (size != kDigits || !ends(after) || !secret::looks_random(small.data(), kDigits)) return Judged::decided;
  const bool named = names_ether(start) || secret::is_named("ethereum", start) || secret::is_named("wallet", start);
  if (capital && lower_case) {
    const Digest digest = keccak256(std::span(small).first(kDigits));
    for (std::size_t i = 0; i < kDigits; ++i) {
      const unsigned half = i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15U;
      if (!is(small[i], kDigit) && is(start[2 + i], kUpper) != (half >= 8)) return Judged::decided;
    }
    add(view, kEthereumAddress, start, ahead.at(), Confidence::high, found);
  } else if (named) {
    add(view, kEthereumAddress, start, ahead.at(), Confidence::medium, found);
  }
  return Judged::decided;
}

Judged judge_bech32(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::string_view kCharacters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  constexpr std::size_t kMost = 87;  // 90 with "bc1"
  constexpr std::size_t kCheck = 6;
  constexpr std::uint32_t kBech32 = 1, kBech32m = 0x2bc830a3;
  const std::uint8_t* const start = event - 3;
  if (!secret::starts_token(start)) return Judged::decided;
  if (start[0] != 'b') return Judged::decided;
  Ahead ahead(view, event, event);
  std::uint32_t check = 1;
  for (const std::uint8_t value : {3, 3, 0, 2, 3}) check = polymod(check, value);  // "bc", expanded
  std::size_t size = 0;
  std::size_t version = 0;
  for (; size <= kMost; ahead.skip(), ++size) {
    const std::size_t value = ahead.byte() == 0 ? std::string_view::npos : kCharacters.find(static_cast<char>(ahead.byte()));
    if (value == std::string_view::npos) break;
    if (size == 0) version = value;
    check = polymod(check, static_cast<std::uint8_t>(value));
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!ends(after) || size < 1 + kCheck || version > 16) return Judged::decided;
  // Bytes of the program: 20 or 32 of version 0, 32 of version 1, as wallets make them.
  const std::size_t program = (size - 1 - kCheck) * 5 / 8;
  if (check != (version == 0 ? kBech32 : kBech32m) || (program != 32 && (version != 0 || program != 20))) return Judged::decided;
  add(view, kBitcoinAddress, start, ahead.at(), Confidence::high, found);
  return Judged::decided;
}

Judged judge_base58(const FieldView& view, const std::uint8_t* event, const std::uint8_t* start, Findings& found) noexcept {
  constexpr std::string_view kCharacters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  constexpr std::size_t kLeast = 26, kMost = 35;
  constexpr std::size_t kBytes = 25, kCheck = 4;
  constexpr std::uint8_t kOfKey = 0, kOfScript = 5;  // pay to the hash of a key, of a script
  Ahead ahead(view, event, start);
  std::array<std::uint8_t, kBytes> bytes{};
  bool fits = true;
  std::size_t size = 0;
  for (; size <= kMost; ahead.skip(), ++size) {
    const std::size_t value = ahead.byte() == 0 ? std::string_view::npos : kCharacters.find(static_cast<char>(ahead.byte()));
    if (value == std::string_view::npos) break;
    auto carry = static_cast<unsigned>(value);
    for (std::size_t i = kBytes; i-- > 0; carry >>= 8) {
      carry += bytes[i] * 58U;
      bytes[i] = static_cast<std::uint8_t>(carry);
    }
    fits = fits && carry == 0;
  }
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!fits || size < kLeast || size > kMost || !ends(after) || (bytes[0] != kOfKey && bytes[0] != kOfScript)) return Judged::decided;
  // A zero byte in front is written as one '1', and nothing else begins with one.
  const auto zeros = static_cast<std::size_t>(std::find_if(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b != 0; }) - bytes.begin());
  const auto ones = static_cast<std::size_t>(std::find_if(start, start + size, [](std::uint8_t b) { return b != '1'; }) - start);
  if (zeros != ones) return Judged::decided;
  const Digest once = sha256(std::span(bytes).first(kBytes - kCheck));
  const Digest twice = sha256(once);
  if (!std::equal(twice.begin(), twice.begin() + kCheck, bytes.end() - kCheck)) return Judged::decided;
  add(view, kBitcoinAddress, start, ahead.at(), Confidence::high, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::wallet
