#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "reading/field_scanner.hpp"
#include "scan/scan_support.hpp"

namespace bulkhead::test {

constexpr const char* kEncodingNames[] = {"none",    "percent", "form",   "json",  "html",   "quoted-printable", "unicode",
                                          "markup",  "utf16",   "utf32",  "base64", "hex",   "compressed"};
static_assert(std::size(kEncodingNames) == kEncodingCount);

struct Told final : FieldSink {
  std::vector<Detection> all;
  std::vector<std::string> exceptions;
  void detected(const Detection& detection) noexcept override { all.push_back(detection); }
  void not_decoded(Exception reason, std::uint64_t bytes) noexcept override {
    const char* const name = reason == Exception::decode_budget ? "decode_budget "
                             : reason == Exception::depth_limit ? "depth_limit "
                                                                : "memory_cap ";
    exceptions.push_back(name + std::to_string(bytes));
  }
};

inline std::string chain_of(const Detection& detection) {
  std::string chain;
  for (const Encoding encoding : detection.encodings)
    if (encoding != Encoding::none) chain += (chain.empty() ? "" : " > ") + std::string(kEncodingNames[static_cast<std::size_t>(encoding)]);
  return chain;
}

/// Scans a field that comes in spans cut at `cuts` (ascending). `provisional`: each span ends a packet.
inline Told read_cut(std::string_view text, const std::vector<std::size_t>& cuts, bool provisional = false,
                     std::string_view key = {}) {
  static DecodePool pool{DecodeLimits{}};
  Scratch scratch;
  Told told;
  FieldScanner scanner(everything(), pool);
  scanner.begin(key);
  std::size_t from = 0;
  const auto give = [&](std::size_t to) {
    // A copy of exactly this size: a sanitizer sees any read outside the span.
    const std::vector<std::uint8_t> span(text.begin() + static_cast<std::ptrdiff_t>(from),
                                         text.begin() + static_cast<std::ptrdiff_t>(to));
    scanner.scan(span, scratch, told);
    if (provisional) scanner.provisional_end(scratch, told);
    from = to;
  };
  for (const std::size_t cut : cuts) give(cut);
  give(text.size());
  scanner.end(scratch, told);
  return told;
}

/// One line a finding, sorted: where it stands, what it is, and how it was written.
inline std::vector<std::string> lines_of(const std::vector<Detection>& all) {
  constexpr const char* kSure[] = {"none", "low", "medium", "high"};
  std::vector<std::string> lines;
  for (const Detection& d : all) {
    std::string line = std::to_string(d.offset) + "+" + std::to_string(d.length) + " " +
                       everything()->detector_id(d.detector) + " " + kSure[static_cast<std::size_t>(d.confidence)] + " " +
                       std::string(d.masked_view());
    if (d.key_length > 0) line += " key=" + std::string(d.key_view());
    if (const std::string chain = chain_of(d); !chain.empty()) line += " [" + chain + "]";
    if (!d.in_place) line += " encoded";
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

inline std::vector<std::string> read(std::string_view text) { return lines_of(read_cut(text, {}).all); }

}  // namespace bulkhead::test
