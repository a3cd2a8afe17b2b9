#include "engine/masking.hpp"

#include <algorithm>
#include <cstring>

namespace bulkhead {
namespace {

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::size_t kKeptAtEnd = 4;

bool is_alnum(std::uint8_t c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::uint64_t sum_words(Bytes bytes, std::uint64_t sum) noexcept {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += (std::uint64_t{bytes[i]} << 8) | bytes[i + 1];
  if (i < bytes.size()) sum += std::uint64_t{bytes[i]} << 8;
  return sum;
}

std::uint16_t fold(std::uint64_t sum) noexcept {
  while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::size_t checksum_offset(std::uint8_t protocol) noexcept {
  switch (protocol) {
    case kTcp: return 16;
    case kUdp: return 6;
    case kIcmp:
    case kIcmp6: return 2;
    default: return 0;
  }
}

}  // namespace

bool mask_in_place(const PacketView& view, Direction direction, const Detection& detection,
                   bool keep_last_four) noexcept {
  std::size_t in_hand = 0;
  std::size_t alnum = 0;
  bool number_token = true;  // digits alone, not in quotes: a JSON number must stay a number
  view.each_part(direction, detection.offset, detection.length, [&](std::uint64_t, MutableBytes part) {
    in_hand += part.size();
    for (const std::uint8_t c : part) {
      if (is_alnum(c)) ++alnum;
      if (c < '0' || c > '9') number_token = false;
    }
  });
  const bool whole = in_hand == detection.length;
  const std::size_t kept = whole && keep_last_four && alnum > kKeptAtEnd ? kKeptAtEnd : 0;
  if (!whole && alnum < kMinHidden) return false;
  if (alnum == 0) return false;

  std::uint8_t before = 0;
  std::uint8_t further = 0;
  if (detection.offset >= 2) {
    view.each_part(direction, detection.offset - 2, 2, [&](std::uint64_t, MutableBytes part) {
      for (const std::uint8_t c : part) {
        further = before;
        before = c;
      }
    });
  }
  const std::uint8_t lead = before == ' ' ? further : before;
  // An asterisk would break a bare JSON number; a leading zero as well.
  const std::uint8_t fill = number_token && (lead == ':' || lead == '[' || lead == ',') ? '9' : '*';

  std::size_t left = alnum - kept;
  view.each_part(direction, detection.offset, detection.length, [&](std::uint64_t, MutableBytes part) {
    for (std::uint8_t& c : part) {
      if (left == 0) return;
      if (!is_alnum(c)) continue;
      c = fill;
      --left;
    }
  });
  return true;
}

void repair_checksum(MutableBytes packet, std::size_t l3, std::size_t l4, bool v6, std::uint8_t protocol) noexcept {
  const std::size_t header = v6 ? 40 : 20;
  if (l3 + header > packet.size() || l4 < l3 + header || l4 >= packet.size()) return;
  const std::size_t declared =
      v6 ? 40 + ((std::size_t{packet[l3 + 4]} << 8) | packet[l3 + 5]) : (std::size_t{packet[l3 + 2]} << 8) | packet[l3 + 3];
  const std::size_t end = std::min(packet.size(), l3 + declared);
  if (end <= l4) return;
  const std::size_t at = checksum_offset(protocol);
  if (at == 0 || l4 + at + 2 > end) return;
  if (protocol == kUdp && !v6 && packet[l4 + at] == 0 && packet[l4 + at + 1] == 0) return;

  packet[l4 + at] = 0;
  packet[l4 + at + 1] = 0;
  std::uint64_t sum = 0;
  if (protocol != kIcmp) {  // ICMP has no pseudo header
    sum = sum_words(v6 ? Bytes{packet}.subspan(l3 + 8, 32) : Bytes{packet}.subspan(l3 + 12, 8), 0);
    sum += protocol;
    sum += end - l4;
  }
  sum = sum_words(Bytes{packet}.subspan(l4, end - l4), sum);
  std::uint16_t check = fold(sum);
  if (protocol == kUdp && check == 0) check = 0xffff;
  packet[l4 + at] = static_cast<std::uint8_t>(check >> 8);
  packet[l4 + at + 1] = static_cast<std::uint8_t>(check & 0xff);
}

void MaskedRanges::remember(std::uint32_t sequence, Bytes written) noexcept {
  for (std::size_t done = 0; done < written.size(); done += kPatch) {
    const Bytes piece = written.subspan(done, std::min(kPatch, written.size() - done));
    Range& range = ranges_[next_];
    if (used_ == kRemembered && range.length > 0) {
      const std::uint32_t end = range.sequence + range.length;
      if (!forgot_ || static_cast<std::int32_t>(end - forgotten_below_) > 0) forgotten_below_ = end;
      forgot_ = true;
    }
    used_ = std::max(used_, next_ + 1);
    range.sequence = sequence + static_cast<std::uint32_t>(done);
    range.length = static_cast<std::uint8_t>(piece.size());
    std::memcpy(range.bytes.data(), piece.data(), piece.size());
    next_ = (next_ + 1) % kRemembered;
  }
}

bool MaskedRanges::apply(std::uint32_t sequence, MutableBytes payload) const noexcept {
  bool changed = false;
  const auto size = static_cast<std::int64_t>(payload.size());
  for (std::size_t i = 0; i < used_; ++i) {
    const Range& range = ranges_[i];
    const std::int64_t start = static_cast<std::int32_t>(range.sequence - sequence);
    const std::int64_t from = std::max<std::int64_t>(start, 0);
    const std::int64_t to = std::min<std::int64_t>(start + range.length, size);
    if (from >= to) continue;
    std::memcpy(payload.data() + from, range.bytes.data() + (from - start), static_cast<std::size_t>(to - from));
    changed = true;
  }
  return changed;
}

void MaskedRanges::reached(std::uint32_t sequence) noexcept {
  // Often enough that nothing is ever half of the numbers behind.
  constexpr std::uint32_t kStep = 1U << 26;
  // The largest window (RFC 7323 2.3), and what belongs to the packet at hand or to those on their way.
  constexpr std::uint32_t kWindow = 1U << 30, kAhead = 1U << 30;
  if (sequence - looked_at_ < kStep) return;
  looked_at_ = sequence;
  const auto too_far_back = [sequence](std::uint32_t end) { return sequence - end - kWindow < 0U - kWindow - kAhead; };
  for (std::size_t i = 0; i < used_; ++i)
    if (too_far_back(ranges_[i].sequence + ranges_[i].length)) ranges_[i].length = 0;
  if (forgot_ && too_far_back(forgotten_below_)) forgot_ = false;
}

bool MaskedRanges::may_leak(std::uint32_t sequence) const noexcept {
  return forgot_ && static_cast<std::int32_t>(sequence - forgotten_below_) < 0;
}

}  // namespace bulkhead
