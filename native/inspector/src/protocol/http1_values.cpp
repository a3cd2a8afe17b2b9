#include "protocol/http1_values.hpp"

#include <algorithm>

#include "protocol/characters.hpp"

namespace bulkhead {
namespace {

constexpr std::uint8_t kMostEncodings = 8;  ///< more than are ever decoded; only keeps the count from wrapping

enum class Coding : std::uint8_t { identity, deflate, brotli, zstd, unsupported, unknown };

Coding coding_of(std::string_view name) noexcept {
  if (name.starts_with("x-")) name.remove_prefix(2);
  if (name == "gzip" || name == "deflate") return Coding::deflate;
  if (name == "identity" || name == "none" || name == "chunked") return Coding::identity;
  if (name == "br") return Coding::brotli;
  if (name == "zstd") return Coding::zstd;
  for (const std::string_view known : {"compress", "lzma", "xz", "bzip2", "dcb", "dcz", "exi", "sdch"})
    if (name == known) return Coding::unsupported;
  return Coding::unknown;
}

void count_encoding(Http1Framing& framing) noexcept {
  framing.encodings = std::min<std::uint8_t>(static_cast<std::uint8_t>(framing.encodings + 1), kMostEncodings);
}

void count_brotli(Http1Framing& framing) noexcept {
  framing.brotli = std::min<std::uint8_t>(static_cast<std::uint8_t>(framing.brotli + 1), kMostEncodings);
}

}  // namespace

void Http1Value::begin(FramingHeader header, Http1Framing& framing) noexcept {
  header_ = header;
  number_ = 0;
  digits_ = 0;
  length_ = 0;
  if (header != FramingHeader::transfer_encoding) return;
  if (framing.transfer_encoding) framing.doubtful = true;
  framing.transfer_encoding = true;
}

void Http1Value::step(std::uint8_t byte, Http1Framing& framing) noexcept {
  if (header_ == FramingHeader::content_length) return length_step(byte, framing);
  const bool in_token = is_alpha(byte) || is_digit(byte) || byte == '-' || byte == '_';
  if (byte == 0) {  // dropped by some readers, so "chun\0ked" is one token
    framing.doubtful |= header_ == FramingHeader::transfer_encoding;
  } else if (!in_token) {
    end_token(framing);
    if (byte != ' ' && byte != '\t' && byte != ',' && header_ == FramingHeader::transfer_encoding)
      framing.doubtful = true;
  } else if (length_ < kLongestToken) {
    token_[length_++] = static_cast<char>(to_lower(byte));
  } else {
    length_ = kLongestToken + 1;
  }
}

void Http1Value::end_line(Http1Framing& framing) noexcept {
  if (header_ == FramingHeader::content_length) return end_number(framing);
  end_token(framing);
}

void Http1Value::length_step(std::uint8_t byte, Http1Framing& framing) noexcept {
  if (!is_digit(byte)) {
    end_number(framing);
    if (byte != ' ' && byte != '\t' && byte != ',') framing.doubtful = true;
    return;
  }
  constexpr std::uint64_t kHuge = 1ULL << 60;
  number_ = number_ >= kHuge ? kHuge : number_ * 10 + (byte - '0');
  if (number_ >= kHuge) framing.doubtful = true;
  digits_ = 1;
}

void Http1Value::end_number(Http1Framing& framing) noexcept {
  if (digits_ == 0) return;
  if (framing.has_length) {
    framing.shortest = std::min(framing.shortest, number_);
    framing.longest = std::max(framing.longest, number_);
    framing.doubtful |= framing.shortest != framing.longest;
  } else {
    framing.shortest = framing.longest = number_;
  }
  framing.has_length = true;
  number_ = 0;
  digits_ = 0;
}

void Http1Value::end_token(Http1Framing& framing) noexcept {
  if (length_ == 0) return;
  const std::string_view token =
      length_ > kLongestToken ? std::string_view("?") : std::string_view(token_.data(), length_);
  length_ = 0;
  if (header_ == FramingHeader::transfer_encoding) return transfer_token(token, framing);
  content_token(token, framing);
}

void Http1Value::transfer_token(std::string_view token, Http1Framing& framing) noexcept {
  if (framing.chunked) framing.doubtful = true;  // "chunked" must be the last coding, and be there once
  if (token == "chunked") {
    framing.chunked = true;
    return;
  }
  switch (coding_of(token)) {
    case Coding::identity:
      break;
    case Coding::deflate:
    case Coding::zstd:
      count_encoding(framing);
      break;
    case Coding::brotli:
      count_brotli(framing);
      break;
    case Coding::unsupported:
      framing.unsupported = true;
      break;
    case Coding::unknown:
      framing.doubtful = true;
      break;
  }
}

void Http1Value::content_token(std::string_view token, Http1Framing& framing) noexcept {
  switch (coding_of(token)) {
    case Coding::identity:
      break;
    case Coding::unsupported:
      framing.unsupported = true;
      break;
    case Coding::brotli:
      count_brotli(framing);
      break;
    case Coding::deflate:
    case Coding::zstd:
    case Coding::unknown:
      count_encoding(framing);
      break;
  }
}

}  // namespace bulkhead
