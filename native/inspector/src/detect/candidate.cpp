#include "detect/candidate.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cstring>

#include "bulkhead/scanner.hpp"
#include "detect/char_class.hpp"
#include "detect/telling.hpp"

namespace bulkhead::detect {
namespace {

std::uint64_t make_secret() noexcept {
  std::uint64_t secret = 0;
  // A failure leaves a fixed key: counting still works, only guessing a fingerprint's datum gets easier.
  if (getrandom(&secret, sizeof secret, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof secret)) secret = 0;
  return secret | 1;
}
const std::uint64_t kSecret = make_secret();

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
  return x ^ (x >> 32);
}

}  // namespace

Detection* Findings::add(const FieldView& view, BuiltIn detector, const std::uint8_t* start, std::size_t length,
                         Confidence confidence) noexcept {
  if (confidence == Confidence::none || count_ == kMaxPerEvent) return nullptr;
  Detection& found = found_[count_++];
  found.detector = detector;
  found.confidence = confidence;
  found.known_test = false;
  found.offset = view.offset_of(start);
  found.length = static_cast<std::uint32_t>(length);
  found.fingerprint = 0;
  found.masked_length = 0;
  found.key_length = 0;
  found.masked.fill('\0');
  found.key.fill('\0');
  return &found;
}

std::uint64_t fingerprint(BuiltIn detector, const std::uint8_t* bytes, std::size_t length) noexcept {
  std::uint64_t hash = mix(kSecret ^ (static_cast<std::uint64_t>(detector) << 32 | length));
  while (length > 0) {
    const std::size_t n = std::min<std::size_t>(length, 8);
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, n);
    hash = mix((hash ^ word) + kSecret);
    bytes += n;
    length -= n;
  }
  return hash;
}

void set_key(Detection& detection, const StructuralKey& key, const std::uint8_t* datum) noexcept {
  // A key that holds the value itself ({"4111…": …}) would carry it out: keys with the datum's first bytes in them and
  // the end of an address are dropped, and of one that may be a datum of its own only the form is kept.
  constexpr std::size_t kTelling = 6;
  const std::size_t length = std::min(key.length, kMaxKey);
  const std::size_t telling = std::min<std::size_t>(kTelling, detection.length);
  if (key.length >= telling && std::search(key.name, key.end(), datum, datum + telling) != key.end()) return;
  if (key.length > 0 && key.name[-1] == '@') return;
  const bool starred = is_telling({reinterpret_cast<const char*>(key.name), key.length});
  for (std::size_t i = 0; i < length; ++i)
    detection.key[i] = starred && is(key.name[i], kAlnum) ? '*' : static_cast<char>(key.name[i]);
  detection.key_length = static_cast<std::uint8_t>(length);
}

Topics topics_before(const std::uint8_t* datum) noexcept {
  const std::uint8_t* const from = datum - kContextBytes;
  // The byte before the context belongs to it only as the mark of a word's start.
  return topics_in(from, datum, !is(from[-1], kAlnum));
}

void mask_append(Detection& detection, const std::uint8_t* bytes, std::size_t length) noexcept {
  const std::size_t n = std::min<std::size_t>(length, kMaxMasked - detection.masked_length);
  std::memcpy(detection.masked.data() + detection.masked_length, bytes, n);
  detection.masked_length = static_cast<std::uint8_t>(detection.masked_length + n);
}

void mask_fill(Detection& detection, std::size_t stars) noexcept {
  const std::size_t n = std::min<std::size_t>(stars, kMaxMasked - detection.masked_length);
  std::memset(detection.masked.data() + detection.masked_length, '*', n);
  detection.masked_length = static_cast<std::uint8_t>(detection.masked_length + n);
}

}  // namespace bulkhead::detect
