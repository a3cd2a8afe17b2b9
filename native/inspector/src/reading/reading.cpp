#include "reading/reading.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lane/text_is_rare.hpp"
#include "reading/escapes.hpp"
#include "reading/hints_in_text.hpp"
#include "reading/run.hpp"
#include "reading/run_probe.hpp"
#include "reading/short_run.hpp"
#include "reading/text_around.hpp"

namespace bulkhead::reading {
namespace {

/// After a probe that found none, so many letters later at the earliest: a run can be made of bits that look like text
/// and bytes that are none.
constexpr std::uint64_t kBetweenProbes = 8;

/// Whether a NUL is none of those of UTF-16 or UTF-32, as bytes that are no text have many.
bool is_lone_nul(Bytes bytes, std::size_t at) noexcept {
  return bytes[at] == 0 && at + 2 < bytes.size() && bytes[at + 2] != 0;
}

}  // namespace

void FoundLately::add(const Detection& detection) noexcept {
  entries_[count_++ % kCapacity] = {detection.offset, detection.offset + detection.length, detection.fingerprint,
                                    detection.detector, detection.confidence};
}

bool FoundLately::has(const Detection& detection) const noexcept {
  const std::size_t size = std::min(count_, kCapacity);
  return std::any_of(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(size), [&](const Entry& entry) {
    // A tag in front of a datum counts as its own, so the two need not begin at the same byte.
    return entry.detector == detection.detector && entry.fingerprint == detection.fingerprint &&
           entry.confidence >= detection.confidence && entry.from < detection.offset + detection.length &&
           detection.offset < entry.to;
  });
}

Reading::Reading(Workings& workings, Decoding* origin, ContentScanner scanner, unsigned depth) noexcept
    : workings_(workings), origin_(origin), scanner_(std::move(scanner)), depth_(static_cast<std::uint8_t>(depth)) {}
Reading::~Reading() = default;

void Reading::begin(std::string_view key) noexcept {
  scanner_.begin(key);
  probe_from_ = run_over_ = attentive_from_ = 0;
  found_.reset();
  escapes_.reset();
  run_.reset();
}

void Reading::attend_from(std::uint64_t offset) noexcept { attentive_from_ = probe_from_ = offset; }

void Reading::scan(Bytes bytes) noexcept {
  if (bytes.empty()) return;
  Span span{bytes, scanner_.field_offset()};
  Hints hints;
  const FindHints find = best_find_hints();
  for (std::size_t chunk = 0; chunk < bytes.size() && !workings_.exhausted; chunk += kHintChunk) {
    const std::size_t size = std::min(kHintChunk, bytes.size() - chunk);
    const Bytes in_front = chunk == 0 ? last_bytes(span) : bytes.subspan(chunk - kHintBlock, kHintBlock);
    const bool in_text = lane::text_is_rare(bytes.data() + chunk, size);
    (in_text ? best_find_hints_in_text() : find)(bytes.data() + chunk, size, in_front, hints);
    std::size_t runs = 0;
    const auto follow_runs = [&](std::size_t before, std::size_t until) {
      for (; runs < hints.run_count; ++runs) {
        const std::size_t at = chunk + (hints.runs[runs] & ~kPackedRun);
        if (at >= before) break;
        if ((hints.runs[runs] & kPackedRun) == 0 || may_be_packed(span, at)) follow_run(span, at, until);
      }
    };
    for (std::size_t i = 0; i < hints.escape_count; ++i) {
      const std::size_t second = chunk + hints.escapes[i];
      // Its first byte may be the last one of the span before.
      const std::size_t first = second == 0 ? 0 : second - 1;
      follow_runs(first, first);
      look_at(span, second);
    }
    // The second byte of an escape may be in the next span.
    const std::size_t last = chunk + size - 1;
    follow_runs(last, last);
    look_from(span, last);
    follow_runs(last + 1, last);
  }
  feed_to(span, bytes.size());
}

void Reading::look_at(Span& span, std::size_t second) noexcept {
  if (workings_.exhausted || is_lone_nul(span.bytes, second)) return;
  if (has_decoding()) feed_to(span, second == 0 ? 0 : second - 1);
  const bool begun = escapes_ == nullptr && second > 0 && may_begin_escape(span.bytes[second - 1]) &&
                     look_for_escape(span, second - 1);
  if (!begun) look_from(span, second);
}

void Reading::look_from(Span& span, std::size_t first) noexcept {
  if (!may_begin_escape(span.bytes[first])) return;
  // The copy without escapes may be given up right in front of it.
  if (escapes_ != nullptr) feed_to(span, first);
  if (escapes_ == nullptr) look_for_escape(span, first);
}

bool Reading::may_be_packed(const Span& span, std::size_t at) const noexcept {
  std::array<std::uint8_t, kRunHint> room;
  return begins_compressed(seen_before(span, at, room));
}

void Reading::follow_run(Span& span, std::size_t at, std::size_t until) noexcept {
  const std::uint64_t place = span.offset + at;
  if (workings_.exhausted || place < probe_from_) return;
  if (run_ != nullptr) {
    feed_to(span, until);
    if (run_ != nullptr || place < probe_from_) return;
  }
  if (!open_run(span, at)) probe_from_ = place + kBetweenProbes;
}

bool Reading::look_for_escape(Span& span, std::size_t at) noexcept {
  if (workings_.exhausted || at < span.fed || span.offset + at < attentive_from_) return false;
  const Bytes rest = span.bytes.subspan(at);
  const bool final = rest.size() >= kLongestEscape;
  const Before before_it{byte_before(span, at), 0};
  Escape escape = escape_at(rest, before_it, final);
  if (needs_text(escape, before_it)) {
    std::array<std::uint8_t, kTextAroundBytes + 1> room;
    const Bytes before = seen_before(span, at, room);
    escape = if_in_text(escape, before.first(before.size() - 1), rest, final);
  }
  if (escape.state == Escape::State::none) return false;
  if (depth_ < kDeepest) {
    open_escapes(span, at);
  } else if (escape.state == Escape::State::found) {
    workings_.reach_bottom();
  }
  return true;
}

void Reading::open_escapes(Span& span, std::size_t at) noexcept {
  feed_to(span, at);
  if (found_ == nullptr) found_ = std::make_unique<FoundLately>();
  escapes_ = std::make_unique<Escapes>(workings_, *this, depth_ + 1U, byte_before(span, at));
}

void Reading::feed_to(Span& span, std::size_t to) noexcept {
  while (span.fed < to) {
    const std::size_t in_piece = static_cast<std::size_t>((span.offset + span.fed) % Escapes::kPiece);
    const std::size_t size = escapes_ == nullptr ? to - span.fed : std::min(Escapes::kPiece - in_piece, to - span.fed);
    const Bytes piece = span.bytes.subspan(span.fed, size);
    span.fed += size;
    scanner_.scan(piece, *workings_.scratch, *this);
    if (escapes_ != nullptr) {
      escapes_->feed(piece);
      if (escapes_->idle()) escapes_.reset();
    }
    if (run_ != nullptr && !run_->feed(piece)) close_run();
  }
}

void Reading::close_run() noexcept {
  const std::uint64_t reached = run_->reached();
  run_.reset();
  run_is_over(reached);
}

void Reading::run_is_over(std::uint64_t reached) noexcept {
  run_over_ = reached;
  probe_from_ = run_over_ + kRunHint - 1;
}

bool Reading::open_run(Span& span, std::size_t at) noexcept {
  if (workings_.exhausted) return false;
  std::array<std::uint8_t, kProbeLookBack> room;
  Bytes seen = seen_before(span, at, room);
  const std::uint64_t end = span.offset + at + 1;
  seen = seen.last(static_cast<std::size_t>(std::min<std::uint64_t>(seen.size(), end - std::min(end, run_over_))));
  const std::optional<RunStart> start = probe_run(seen);
  if (!start) return false;
  const unsigned depth = depth_ + 1U;
  if (depth + (start->compressed ? 1 : 0) > kDeepest) {
    // A copy that was made in vain sees what the reading it comes from decodes itself.
    if (origin_ == nullptr || origin_->wrote(end - start->back, end)) workings_.reach_bottom();
    return false;
  }
  std::array<std::uint8_t, kProbeLookBack> letters;
  std::memcpy(letters.data(), seen.data() + seen.size() - start->back, start->back);
  if (start->encoding == Encoding::hex && !start->compressed && start->back < kShortRun) {
    const Bytes rest = span.bytes.subspan(at + 1);
    if (const auto more = short_run_length(rest, kShortRun - start->back)) {
      std::copy_n(rest.begin(), *more, letters.begin() + static_cast<std::ptrdiff_t>(start->back));
      if (holds_nothing(Bytes(letters).first(start->back + *more), scanner_.program(), *workings_.scratch)) {
        run_is_over(end + *more);
        return true;
      }
    }
  }
  feed_to(span, at + 1);
  run_ = std::make_unique<Run>(workings_, *this, depth, scanner_.program(), *start, end - start->back);
  const bool more = run_->feed(Bytes(letters).first(start->back)) &&
                    run_->feed(span.bytes.subspan(at + 1, span.fed - (at + 1)));
  if (!more) close_run();
  return true;
}

Bytes Reading::seen_before(const Span& span, std::size_t at, MutableBytes room) const noexcept {
  const std::size_t wanted = room.size();
  if (at + 1 >= wanted) return span.bytes.subspan(at + 1 - wanted, wanted);
  // The scanner's last bytes are those before span.fed.
  const Bytes kept = scanner_.last_bytes();
  const auto before = static_cast<std::size_t>(std::min<std::uint64_t>(span.offset, wanted - (at + 1)));
  if (before + span.fed > kept.size()) return span.bytes.first(at + 1);
  if (before > 0) std::memcpy(room.data(), kept.data() + kept.size() - span.fed - before, before);
  std::memcpy(room.data() + before, span.bytes.data(), at + 1);
  return room.first(before + at + 1);
}

Bytes Reading::last_bytes(const Span& span) const noexcept {
  const Bytes kept = scanner_.last_bytes();
  return kept.last(static_cast<std::size_t>(std::min<std::uint64_t>(kept.size(), span.offset)));
}

std::uint8_t Reading::byte_before(const Span& span, std::size_t at) const noexcept {
  if (at > 0) return span.bytes[at - 1];
  const Bytes kept = scanner_.last_bytes();
  return kept.empty() ? std::uint8_t{0} : kept.back();
}

void Reading::provisional_end() noexcept {
  scanner_.provisional_end(*workings_.scratch, *this);
  if (escapes_ != nullptr) escapes_->provisional_end();
  if (run_ != nullptr) run_->provisional_end();
}

void Reading::end() noexcept {
  scanner_.end(*workings_.scratch, *this);
  if (escapes_ != nullptr) escapes_->end();
  if (run_ != nullptr) run_->end();
  escapes_.reset();
  run_.reset();
  found_.reset();
}

void Reading::rebind(const std::shared_ptr<const Program>& program) noexcept {
  scanner_.rebind(program);
  if (escapes_ != nullptr) escapes_->rebind(program);
  if (run_ != nullptr) run_->rebind(program);
}

void Reading::detected(const Detection& detection) noexcept {
  if (found_ != nullptr) found_->add(detection);
  pass(detection, true);
}

void Reading::not_searched(Exception reason, std::uint64_t bytes) noexcept {
  // How many of the field's they were written as is not known.
  workings_.sink->not_searched(reason, origin_ == nullptr ? bytes : 0);
}

void Reading::pass(const Detection& detection, bool own) noexcept {
  if (origin_ != nullptr) return origin_->deliver(detection, own);
  const auto& chain = detection.encodings;
  if (std::find(chain.begin(), chain.end(), Encoding::compressed) == chain.end()) return workings_.sink->detected(detection);
  // Which of the letters hold a datum a decompressor cannot say: the first ones stand for all.
  Detection whole = detection;
  whole.length = std::min<std::uint32_t>(whole.length, kRunHint);
  workings_.sink->detected(whole);
}

}  // namespace bulkhead::reading
