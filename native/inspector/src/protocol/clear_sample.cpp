#include "protocol/clear_sample.hpp"

#include <algorithm>

namespace bulkhead {
namespace {

/// All text: enough to be sure at once, enough before a packet goes out, and enough where nothing more will come.
constexpr std::uint8_t kSure = 16, kLine = 12, kShort = 4;
constexpr std::uint8_t kMostlyText = 56, kManyZeros = 8;
constexpr std::uint16_t kStructured = 3;

bool is_text(std::uint8_t byte) noexcept {
  return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
}

}  // namespace

void ClearSample::take(Bytes bytes) noexcept {
  if (confidence_ == Confidence::high) return;
  while (!bytes.empty()) {
    const std::uint64_t within = offset_ % kStride;
    if (within >= kWindow) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(kStride - within, bytes.size()));
      offset_ += skipped;
      bytes = bytes.subspan(skipped);
      continue;
    }
    const std::uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    ++offset_;
    ++count_;
    if (is_text(byte)) ++text_;
    if (byte == 0) ++zeros_;
    if (count_ == kSure && text_ == kSure) raise(Confidence::high);
    if (count_ == kWindow) judge_window();
  }
}

void ClearSample::judge_window() noexcept {
  if (text_ >= kMostlyText) raise(Confidence::high);
  std::uint16_t& windows = zeros_ >= kManyZeros ? structured_ : other_;
  if (windows < UINT16_MAX) ++windows;
  raise(structured_ >= kStructured && structured_ > other_ ? Confidence::medium : Confidence::low);
  count_ = text_ = zeros_ = 0;
}

void ClearSample::pause() noexcept {
  if (only_text(kLine)) raise(Confidence::high);
}

void ClearSample::end() noexcept {
  if (offset_ < kStride && only_text(kShort)) raise(Confidence::medium);
}

Confidence ClearSample::of_whole(Bytes bytes) noexcept {
  const Bytes first = bytes.first(std::min<std::size_t>(bytes.size(), kWindow));
  const auto text = static_cast<std::size_t>(std::count_if(first.begin(), first.end(), is_text));
  const bool clear = first.size() < kWindow ? first.size() >= kSure && text == first.size() : text >= kMostlyText;
  return clear ? Confidence::high : first.size() == kWindow ? Confidence::low : Confidence::none;
}

}  // namespace bulkhead
