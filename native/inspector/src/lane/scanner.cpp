#include "bulkhead/scanner.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "bulkhead/field.hpp"
#include "decide/program_impl.hpp"
#include "detect/char_class.hpp"
#include "lane/custom_stream.hpp"
#include "lane/exact_stream.hpp"
#include "lane/event_judge.hpp"
#include "lane/find_events.hpp"
#include "lane/find_in_text.hpp"
#include "lane/named.hpp"
#include "lane/scratch_impl.hpp"
#include "lane/sift.hpp"
#include "lane/text_is_rare.hpp"

namespace bulkhead {
namespace {

/// memcpy by the C library. For a constant size such as kTail the compiler would emit `rep movs`, whose start alone
/// takes longer than the whole copy, and whose bytes cannot be read back at once.
void copy(std::uint8_t* to, const std::uint8_t* from, std::size_t size) noexcept {
  asm("" : "+r"(size));
  std::memcpy(to, from, size);
}

/// memset likewise.
void clear(std::uint8_t* at, std::size_t size) noexcept {
  asm("" : "+r"(size));
  std::memset(at, 0, size);
}

lane::Finds finds_of(const ProgramImpl& program) noexcept {
  return lane::finds_of(program.number_ends.short_runs, program.kinds.names);
}

/// What is left of a chunk's events after sifting, and those that identity numbers may have.
struct Events {
  std::uint16_t positions[lane::kMaxEvents];
  std::uint16_t named[lane::kMaxEvents];
  std::size_t count = 0, named_count = 0;

  void find(const std::uint8_t* from, std::size_t length, const ProgramImpl& program, lane::EventJudge& judge) noexcept {
    const lane::Finds finds = finds_of(program);
    const bool in_text = finds == lane::Finds::secrets && lane::text_is_rare(from, length);  // see kLeastText
    const std::size_t found = (in_text ? lane::best_find_in_text() : lane::best_find_events(finds))(from, length, positions);
    const lane::SiftListing list_numbers = program.number_ends.any ? lane::best_sift_listing() : nullptr;
    if (list_numbers != nullptr) {
      std::size_t listed;
      count = list_numbers(from, positions, found, program.numbers, program.number_ends, named, listed);
      named_count = judge.select_named(from, {named, listed}, program.number_ends, named);
    } else {
      named_count = judge.select_named(from, {positions, found}, program.number_ends, named);
      count = found == 0 ? 0 : lane::best_sift()(from, positions, found, program.numbers);
    }
  }
};

/// Judges the events in [from, to); returns where a candidate waits, or `to`.
const std::uint8_t* judge_events(const detect::FieldView& view, const std::uint8_t* from, const std::uint8_t* to,
                                 const ProgramImpl& program, lane::EventJudge& judge) noexcept {
  Events events;
  while (from < to) {
    const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(to - from), lane::kChunk);
    events.find(from, length, program, judge);
    const auto* const waiting = judge.judge(view, from, {events.positions, events.count}, {events.named, events.named_count});
    if (waiting != nullptr) return waiting;
    from += length;
  }
  return to;
}

}  // namespace

/// Field offsets: the bytes before `decided` have been judged, those from there to `scanned` hold a waiting candidate.
struct ContentScanner::State {
  State() noexcept { clear(tail, kTail); }
  /// Goes on as `other` would.
  explicit State(const State& other) noexcept
      : scanned(other.scanned), decided(other.decided), reported_until(other.reported_until), label(other.label),
        exact(other.exact), reported(other.reported) {
    if (other.custom != nullptr) custom = std::make_unique<lane::CustomStream>(*other.custom);
    copy(tail, other.tail, kTail);
  }

  std::uint64_t scanned = 0;
  std::uint64_t decided = 0;
  std::uint64_t reported_until = 0;  ///< provisional_end judged up to here
  const detect::labelled::Label* label = nullptr;  ///< what the field's own name says of its value, not judged yet
  std::unique_ptr<lane::CustomStream> custom;  ///< only under a program that has such detectors
  std::vector<lane::ExactStream> exact;          ///< likewise; one a set
  lane::Reported reported;
  std::uint8_t tail[kTail];          ///< the field's last bytes, zeros in front of its first

  /// Whether a candidate waits, or a number ends with the last byte: its event would be the byte after it.
  [[nodiscard]] bool may_find_at_end() const noexcept {
    return decided != scanned || detect::is(tail[kTail - 1], detect::kDigit);
  }
  [[nodiscard]] lane::CustomInput custom_input(Bytes bytes, const ProgramImpl& program,
                                               ScratchImpl& scratch) const noexcept {
    return {program.custom, program.generation, scratch.custom, tail + kTail, bytes, scanned};
  }
  void end_exact(const ProgramImpl& program, bool provisional, DetectionSink& sink) noexcept {
    for (std::size_t i = 0; i < exact.size(); ++i)
      exact[i].end(program.exact[i], scanned, provisional, sink);
  }
  void keep(Bytes bytes) noexcept;
  void scan_window(Bytes bytes, std::size_t stop, bool final, bool provisional, const ProgramImpl& program,
                   ScratchImpl& scratch, DetectionSink& sink) noexcept;
  void scan_in_place(Bytes bytes, std::size_t from, const ProgramImpl& program, ScratchImpl& scratch,
                     DetectionSink& sink) noexcept;
  void scan_long(Bytes bytes, const ProgramImpl& program, ScratchImpl& scratch, DetectionSink& sink) noexcept;
};

/// So far into a span, judges may look back into the tail: they work on a copy. None of them can be pending, since the copy goes on
/// for kLookAhead bytes. Whole blocks, since a partial one takes a detour.
constexpr std::size_t kSeam = (detect::kLookBack + lane::kBlock - 1) / lane::kBlock * lane::kBlock;
static_assert(kSeam >= detect::kLookBack && kSeam >= lane::kFindLookBack && kWindow >= kSeam + detect::kLookAhead);

/// So far into it, finding and sifting events may.
constexpr std::size_t kHead = (lane::kFindLookBack + lane::kBlock - 1) / lane::kBlock * lane::kBlock;
static_assert(kHead <= kSeam && kSeam + detect::kLookAhead <= kWindow && lane::kNamedLookBack <= lane::kFindLookBack);

/// How many of the positions, in order and of what is behind the head, are in the seam.
std::size_t before_seam(std::span<const std::uint16_t> positions) noexcept {
  const auto in_seam = [](std::uint16_t at) { return at < kSeam - kHead; };
  return static_cast<std::size_t>(std::find_if_not(positions.begin(), positions.end(), in_seam) - positions.begin());
}

void ContentScanner::State::keep(Bytes bytes) noexcept {
  if (bytes.size() < kTail) {
    std::memmove(tail, tail + bytes.size(), kTail - bytes.size());
    std::memcpy(tail + kTail - bytes.size(), bytes.data(), bytes.size());
  } else {
    copy(tail, bytes.data() + bytes.size() - kTail, kTail);
  }
  scanned += bytes.size();
  if (decided >= reported_until) reported.clear();
}

/// Judges the events from `decided` to the first `stop` of `bytes`, in a copy of the tail and of `bytes`.
void ContentScanner::State::scan_window(Bytes bytes, std::size_t stop, bool final, bool provisional,
                                        const ProgramImpl& program, ScratchImpl& scratch,
                                        DetectionSink& sink) noexcept {
  std::uint8_t* const base = scratch.window.data() + ScratchImpl::kFront;
  std::uint8_t* const end = base + kTail + bytes.size();
  copy(base, tail, kTail);
  if (!bytes.empty()) copy(base + kTail, bytes.data(), bytes.size());
  if (final) std::memset(end, 0, ScratchImpl::kBack);
  const detect::FieldView view{base, end, static_cast<std::int64_t>(scanned) - static_cast<std::int64_t>(kTail), final};
  lane::EventJudge judge(program.enabled, program.kinds, reported, provisional, scratch.found, sink);
  const std::uint8_t* const from = base + kTail - (scanned - decided);
  if (label != nullptr) {
    // Nothing has been decided yet, so the judges begin with the field's first byte.
    if (judge.judge_behind(view, from, *label) == detect::Judged::pending) return;
    if (!provisional) label = nullptr;
  }
  // A number that ends with the field has its event on the byte after it.
  const std::uint8_t* const to = base + kTail + stop + (final ? 1 : 0);
  const std::uint8_t* const reached = judge_events(view, from, to, program, judge);
  if (!provisional) decided = view.offset_of(reached);
}

/// Judges the events from bytes[from] on where they are; `from` leaves kLookBack bytes in front.
void ContentScanner::State::scan_in_place(Bytes bytes, std::size_t from, const ProgramImpl& program,
                                          ScratchImpl& scratch, DetectionSink& sink) noexcept {
  const std::uint8_t* const base = bytes.data();
  const std::uint8_t* const end = base + bytes.size();
  const detect::FieldView view{base, end, static_cast<std::int64_t>(scanned), false};
  lane::EventJudge judge(program.enabled, program.kinds, reported, false, scratch.found, sink);
  decided = view.offset_of(judge_events(view, base + from, end, program, judge));
}

/// Judges the events from `decided` on, of more than kWindow bytes.
void ContentScanner::State::scan_long(Bytes bytes, const ProgramImpl& program, ScratchImpl& scratch,
                                      DetectionSink& sink) noexcept {
  if (decided != scanned || label != nullptr) {
    // What waits began in the tail.
    scan_window(bytes.first(kSeam + detect::kLookAhead), kSeam, false, false, program, scratch, sink);
    return scan_in_place(bytes, kSeam, program, scratch, sink);
  }
  // The first events are found in a small copy, and most spans have none that is left to judge there.
  lane::EventJudge judge(program.enabled, program.kinds, reported, false, scratch.found, sink);
  const std::uint8_t* const from = bytes.data() + kHead;
  const std::size_t length = std::min(bytes.size() - kHead, lane::kChunk);
  std::uint8_t front[lane::kFindLookBack + kHead];
  copy(front, tail + kTail - lane::kFindLookBack, lane::kFindLookBack);
  copy(front + lane::kFindLookBack, bytes.data(), kHead);
  Events head, events;
  head.find(front + lane::kFindLookBack, kHead, program, judge);
  events.find(from, length, program, judge);
  const std::span<const std::uint16_t> left{events.positions, events.count};
  const std::span<const std::uint16_t> named{events.named, events.named_count};
  const std::size_t in_seam = before_seam(left);
  const std::size_t named_in_seam = before_seam(named);
  if (head.count + head.named_count + in_seam + named_in_seam > 0) {
    std::uint8_t* const base = scratch.window.data() + ScratchImpl::kFront;
    copy(base, tail, kTail);
    copy(base + kTail, bytes.data(), kSeam + detect::kLookAhead);
    const detect::FieldView view{base, base + kTail + kSeam + detect::kLookAhead,
                                 static_cast<std::int64_t>(scanned) - static_cast<std::int64_t>(kTail), false};
    judge.judge(view, base + kTail, {head.positions, head.count}, {head.named, head.named_count});
    judge.judge(view, base + kTail + kHead, left.first(in_seam), named.first(named_in_seam));
  }
  const std::uint8_t* const end = bytes.data() + bytes.size();
  const detect::FieldView view{bytes.data(), end, static_cast<std::int64_t>(scanned), false};
  const std::uint8_t* reached = judge.judge(view, from, left.subspan(in_seam), named.subspan(named_in_seam));
  if (reached == nullptr) reached = judge_events(view, from + length, end, program, judge);
  decided = view.offset_of(reached);
}

ContentScanner::ContentScanner(std::shared_ptr<const Program> program) noexcept : program_(std::move(program)) {
  static_assert(sizeof(State) < 500, "scanner.hpp promises so");
}
ContentScanner::~ContentScanner() = default;
ContentScanner::ContentScanner(ContentScanner&&) noexcept = default;
ContentScanner& ContentScanner::operator=(ContentScanner&&) noexcept = default;

void ContentScanner::begin(std::string_view key) noexcept {
  state_.reset();
  if (key.empty()) return;
  constexpr std::size_t kAround = 5;  // as in JSON: a line of its own, quotes, a colon, a blank
  const std::size_t length = std::min(key.size(), kMaxFieldKey);
  static_assert(kMaxFieldKey + kAround <= kTail);
  state_ = std::make_unique<State>();
  std::uint8_t* at = state_->tail + kTail - length - kAround;
  *at++ = '\n';
  *at++ = '"';
  std::memcpy(at, key.data(), length);
  at += length;
  state_->label = detect::labelled::label_ending_at(at);
  *at++ = '"';
  *at++ = ':';
  *at = ' ';
}

void ContentScanner::scan(Bytes bytes, Scratch& scratch, DetectionSink& sink) noexcept {
  if (bytes.empty()) return;
  if (state_ == nullptr) state_ = std::make_unique<State>();
  State& state = *state_;
  const ProgramImpl& program = program_->impl();
  if (!program.custom.empty()) {
    if (state.custom == nullptr) state.custom = std::make_unique<lane::CustomStream>();
    state.custom->scan(state.custom_input(bytes, program, scratch.impl()), sink);
  }
  if (!program.exact.empty()) {
    if (state.exact.empty()) state.exact.resize(program.exact.size());
    for (std::size_t i = 0; i < program.exact.size(); ++i)
      state.exact[i].scan(program.exact[i], bytes, state.scanned, sink);
  }
  if (program.enabled.none()) {
    state.decided = state.scanned + bytes.size();
    state.label = nullptr;
  } else if (bytes.size() <= kWindow) {
    state.scan_window(bytes, bytes.size(), false, false, program, scratch.impl(), sink);
  } else {
    state.scan_long(bytes, program, scratch.impl(), sink);
  }
  state.keep(bytes);
}

void ContentScanner::provisional_end(Scratch& scratch, DetectionSink& sink) noexcept {
  if (state_ == nullptr) return;
  State& state = *state_;
  if (state.custom != nullptr)
    state.custom->provisional_end(state.custom_input({}, program_->impl(), scratch.impl()), sink);
  state.end_exact(program_->impl(), true, sink);
  if (!state.may_find_at_end()) return;
  state.scan_window({}, 0, true, true, program_->impl(), scratch.impl(), sink);
  state.reported_until = state.scanned + 1;
}

void ContentScanner::end(Scratch& scratch, DetectionSink& sink) noexcept {
  if (state_ == nullptr) return;
  if (state_->custom != nullptr) state_->custom->end(state_->custom_input({}, program_->impl(), scratch.impl()), sink);
  state_->end_exact(program_->impl(), false, sink);
  if (state_->may_find_at_end()) state_->scan_window({}, 0, true, false, program_->impl(), scratch.impl(), sink);
  state_.reset();
}

bool ContentScanner::may_find_in(Bytes whole) const noexcept {
  const ProgramImpl& program = program_->impl();
  if (!program.custom.empty() || !program.exact.empty() || (state_ != nullptr && state_->label != nullptr)) return true;
  // Blocks that a finder reads, and the byte that ends a number at the end.
  std::uint8_t field[lane::kFindLookBack + 2 * lane::kBlock] = {};
  std::uint8_t* const from = field + lane::kFindLookBack;
  const std::size_t size = std::min(whole.size(), lane::kBlock);
  copy(from, whole.data(), size);
  std::uint16_t positions[lane::kMaxEvents];
  return size < whole.size() || lane::best_find_events(finds_of(program))(from, size + 1, positions) != 0;
}

void ContentScanner::rebind(std::shared_ptr<const Program> program) noexcept {
  program_ = std::move(program);
  if (state_ == nullptr) return;
  if (state_->custom != nullptr) state_->custom->close();
  state_->exact.clear();
}

ContentScanner::ContentScanner(std::shared_ptr<const Program> program, const State& state) noexcept
    : program_(std::move(program)), state_(std::make_unique<State>(state)) {}

ContentScanner ContentScanner::fork() const noexcept {
  return state_ == nullptr ? ContentScanner(program_) : ContentScanner(program_, *state_);
}

std::uint64_t ContentScanner::decided() const noexcept {
  if (state_ == nullptr) return 0;
  // A user's own datum may wait for as long as it can be.
  const bool waits = (state_->custom != nullptr && state_->custom->waits()) || !state_->exact.empty();
  const std::uint64_t far = state_->scanned > kMaxToken ? state_->scanned - kMaxToken : 0;
  return waits ? std::min(far, state_->decided) : state_->decided;
}
Bytes ContentScanner::last_bytes() const noexcept { return state_ == nullptr ? Bytes{} : Bytes{state_->tail}; }
std::uint64_t ContentScanner::field_offset() const noexcept { return state_ == nullptr ? 0 : state_->scanned; }

Scratch::Scratch() : impl_(std::make_unique<ScratchImpl>()) {}
Scratch::~Scratch() = default;

}  // namespace bulkhead
