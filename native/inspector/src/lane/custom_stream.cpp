#include "lane/custom_stream.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "detect/candidate.hpp"
#include "detect/char_class.hpp"
#include "detect/value_check.hpp"

namespace bulkhead::lane {
namespace {

constexpr std::size_t kMaxStars = 16;  // the length of a datum is no secret, but need not fill a report either

bool of_word(std::uint8_t byte) noexcept { return detect::is(byte, detect::kAlnum) || byte == '_' || byte >= 0x80; }

/// Whether `word` stands in the text as a word of its own; ASCII letters of either case are equal.
bool stands_in(Bytes text, std::string_view word) noexcept {
  const auto equal = [](std::uint8_t a, char b) { return detect::lower(a) == detect::lower(static_cast<std::uint8_t>(b)); };
  for (auto at = text.begin();; ++at) {
    at = std::search(at, text.end(), word.begin(), word.end(), equal);
    if (at == text.end()) return false;
    const auto after = at + static_cast<std::ptrdiff_t>(word.size());
    if ((at == text.begin() || !of_word(at[-1])) && (after == text.end() || !of_word(*after))) return true;
  }
}

void mask(Detection& detection, Bytes datum, MaskRule rule) noexcept {
  const auto counts = [](std::uint8_t byte) { return detect::is(byte, detect::kAlnum) || byte >= 0x80; };
  const auto total = static_cast<std::size_t>(std::count_if(datum.begin(), datum.end(), counts));
  std::size_t first = rule.keep_first;
  std::size_t last = rule.keep_last;
  if (2 * (first + last) > total) first = last = 0;
  if (first + last == 0) {
    detect::mask_fill(detection, std::min(datum.size(), kMaxStars));
    return;
  }
  std::size_t place = 0;
  for (const std::uint8_t byte : datum) {
    const bool shown = byte < 0x80 && (!counts(byte) || place < first || place >= total - last);
    if (counts(byte)) ++place;
    if (shown && byte >= ' ' && byte != 0x7f) {
      detect::mask_append(detection, &byte, 1);
    } else {
      detect::mask_fill(detection, 1);
    }
  }
}

}  // namespace

CustomStream::CustomStream(const CustomStream& other) noexcept
    : opened_at_(other.opened_at_), ends_(other.ends_), open_(other.open_), reported_(other.reported_),
      lost_(other.lost_) {
  const auto copied = [](hs_stream*& to, const hs_stream* from) {
    return from == nullptr || hs_copy_stream(&to, from) == HS_SUCCESS;
  };
  if (copied(literals_, other.literals_) && copied(patterns_, other.patterns_)) return;
  close();
  lost_ = true;
}

/// One call's work: takes vectorscan's matches, holds them or hands them on.
class CustomStream::Run {
 public:
  Run(CustomStream& stream, const CustomInput& input, DetectionSink& sink) noexcept
      : stream_(stream), input_(input), sink_(sink), end_(input.field_offset + input.bytes.size()) {}

  static int on_literal(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
    Run& run = *static_cast<Run*>(context);
    const CustomRule& rule = run.input_.set.literal_rules_[id];
    const std::uint64_t end = run.stream_.opened_at_ + to;
    run.found({&rule, end - rule.length, end});
    return 0;
  }
  static int on_pattern(unsigned id, unsigned long long from, unsigned long long to, unsigned, void* context) {
    Run& run = *static_cast<Run*>(context);
    const std::uint64_t opened_at = run.stream_.opened_at_;
    run.found({&run.input_.set.pattern_rules_[id], opened_at + from, opened_at + to});
    return 0;
  }

  /// What waited for the first of the new bytes.
  void take_waiting() noexcept {
    std::vector<Match>& ends = stream_.ends_;
    for (const Match& match : ends)
      if (!of_word(byte_at(match.to))) whole(match);
    ends.clear();
  }
  /// What no further byte can make longer.
  void flush_grown() noexcept {
    std::erase_if(stream_.open_, [this](const Match& open) {
      if (end_ < open.from + open.rule->length) return false;
      report(open, false);
      return true;
    });
  }
  void finish() noexcept {
    for (const Match& match : stream_.ends_) whole(match);
    stream_.ends_.clear();
    for (const Match& open : stream_.open_) report(open, false);
    stream_.open_.clear();
  }
  /// As `finish`, on a copy: everything goes on waiting.
  void finish_provisionally() noexcept {
    provisional_ = true;
    const std::vector<Match> open = stream_.open_;
    for (const Match& match : stream_.ends_) whole(match);
    for (const Match& match : stream_.open_) report(match, true);
    stream_.open_ = open;
  }

 private:
  void found(const Match& match) noexcept {
    if (match.rule->whole_words) {
      if (of_word(byte_at(match.from - 1))) return;
      if (match.to == end_) return stream_.ends_.push_back(match);
      if (of_word(byte_at(match.to))) return;
    }
    whole(match);
  }

  void whole(const Match& match) noexcept {
    const CustomRule& rule = *match.rule;
    if (rule.pattern == nullptr) return report(match, provisional_);
    if (!detect::passes(rule.pattern->check, copy_of(match))) return;
    // A pattern's matches come by their end. One that starts no later than the open one is it, grown; one that starts
    // inside it is none.
    std::vector<Match>& open = stream_.open_;
    const auto mine = std::find_if(open.begin(), open.end(), [&rule](const Match& m) { return m.rule == &rule; });
    if (mine == open.end()) return open.push_back(match);
    if (match.from >= mine->to) {
      report(*mine, provisional_);
      *mine = match;
    } else if (match.from <= mine->from) {
      mine->from = match.from;
      mine->to = match.to;
    }
  }

  void report(const Match& match, bool remember) noexcept {
    const CustomRule& rule = *match.rule;
    const Bytes datum = rule.pattern == nullptr ? Bytes{} : copy_of(match);
    Detection detection;
    detection.detector = rule.detector;
    detection.confidence = confidence_of(rule);
    detection.offset = match.from;
    detection.length = static_cast<std::uint32_t>(match.to - match.from);
    if (rule.pattern == nullptr) {
      const auto value = std::bit_cast<std::array<std::uint8_t, 4>>(rule.term);
      detection.fingerprint = detect::fingerprint(static_cast<detect::BuiltIn>(rule.detector), value.data(), value.size());
      detect::mask_fill(detection, std::min<std::size_t>(rule.length, kMaxStars));
    } else {
      detection.fingerprint =
          detect::fingerprint(static_cast<detect::BuiltIn>(rule.detector), datum.data(), datum.size());
      mask(detection, datum, rule.pattern->mask);
      detect::set_key(detection, detect::structural_key(datum.data()), datum.data());
    }
    if ((remember || !stream_.reported_.empty()) && !stream_.reported_.is_news(detection, remember)) return;
    sink_.detected(detection);
  }

  [[nodiscard]] Confidence confidence_of(const CustomRule& rule) const noexcept {
    if (rule.pattern == nullptr || rule.pattern->context.empty()) return rule.confidence;
    const Bytes around(copied_.data() + detect::kLookBack - kMaxToken - kContextBytes, kContextBytes);
    for (const std::string& word : rule.pattern->context)
      if (stands_in(around, word)) return rule.confidence;
    return Confidence::low;
  }

  [[nodiscard]] std::uint8_t byte_at(std::uint64_t offset) const noexcept {
    return offset >= input_.field_offset && offset != std::numeric_limits<std::uint64_t>::max()
               ? input_.bytes[offset - input_.field_offset]
               : input_.before[static_cast<std::int64_t>(offset - input_.field_offset)];
  }

  /// The match in one piece, with what judges look back at in front. Valid until the next call.
  Bytes copy_of(const Match& match) noexcept {
    static_assert(kMaxTermBytes <= kMaxToken && kMaxPatternMatch <= kMaxToken);
    const std::size_t length = std::min<std::size_t>(match.to - match.from, kMaxToken);
    std::uint8_t* const datum = copied_.data() + detect::kLookBack - kMaxToken;
    const std::int64_t from = static_cast<std::int64_t>(match.from - input_.field_offset);
    const std::int64_t first = from - (detect::kLookBack - static_cast<std::int64_t>(kMaxToken));
    const std::int64_t last = from + static_cast<std::int64_t>(length);
    // In front of the new bytes, then among them.
    const std::int64_t old_end = std::clamp<std::int64_t>(0, first, last);
    std::memcpy(copied_.data(), input_.before + first, static_cast<std::size_t>(old_end - first));
    if (last > old_end)
      std::memcpy(copied_.data() + (old_end - first), input_.bytes.data() + old_end,
                  static_cast<std::size_t>(last - old_end));
    return {datum, length};
  }

  CustomStream& stream_;
  const CustomInput& input_;
  DetectionSink& sink_;
  std::uint64_t end_;
  bool provisional_ = false;
  std::array<std::uint8_t, detect::kLookBack> copied_;
};

bool CustomStream::open(const CustomInput& input) noexcept {
  if (!input.scratch.fit(input.set, input.generation)) return false;
  if (literals_ == nullptr && patterns_ == nullptr) opened_at_ = input.field_offset;
  const auto opened = [](const hs_database* database, hs_stream*& stream) {
    return database == nullptr || stream != nullptr || hs_open_stream(database, 0, &stream) == HS_SUCCESS;
  };
  return opened(input.set.literals_, literals_) && opened(input.set.patterns_, patterns_);
}

void CustomStream::scan(const CustomInput& input, DetectionSink& sink) noexcept {
  if (input.set.empty()) return;
  if (lost_) sink.not_searched(Exception::memory_cap, 0);
  lost_ = false;
  if (!open(input)) {
    close();
    return sink.not_searched(Exception::memory_cap, input.bytes.size());
  }
  Run run(*this, input, sink);
  run.take_waiting();
  const auto feed = [&](hs_stream* stream, match_event_handler on_match) {
    constexpr std::size_t kMostAtOnce = std::numeric_limits<int>::max();
    for (Bytes left = input.bytes; stream != nullptr && !left.empty();) {
      const std::size_t n = std::min(left.size(), kMostAtOnce);
      hs_scan_stream(stream, reinterpret_cast<const char*>(left.data()), static_cast<unsigned>(n), 0,
                     input.scratch.scratch_, on_match, &run);
      left = left.subspan(n);
    }
  };
  feed(literals_, Run::on_literal);
  feed(patterns_, Run::on_pattern);
  run.flush_grown();
  if (!waits()) reported_.clear();
}

void CustomStream::provisional_end(const CustomInput& input, DetectionSink& sink) noexcept {
  if (waits()) Run(*this, input, sink).finish_provisionally();
}

void CustomStream::end(const CustomInput& input, DetectionSink& sink) noexcept {
  if (waits()) Run(*this, input, sink).finish();
}

void CustomStream::close() noexcept {
  for (hs_stream** const stream : {&literals_, &patterns_}) {
    if (*stream != nullptr) hs_close_stream(*stream, nullptr, nullptr, nullptr);
    *stream = nullptr;
  }
  ends_.clear();
  open_.clear();
  reported_.clear();
}

}  // namespace bulkhead::lane
