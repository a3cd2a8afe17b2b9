// A field scanned whole and the same field scanned in the cuts the input asks for must give the same detections, with
// provisional ends nothing may be lost, and no detection may reach outside the field or hold more than its mask.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "bulkhead/scanner.hpp"
#include "field_cuts.hpp"
#include "lane/find_events.hpp"
#include "lane/find_in_text.hpp"

using namespace bulkhead;
using namespace bulkhead::fuzz;

namespace {

struct Collected final : DetectionSink {
  std::vector<Detection> all;
  void detected(const Detection& d) noexcept override { all.push_back(d); }
  void not_searched(Exception, std::uint64_t) noexcept override {}
};

bool same(const Detection& a, const Detection& b) {
  return a.detector == b.detector && a.offset == b.offset && a.length == b.length && a.confidence == b.confidence &&
         a.fingerprint == b.fingerprint && a.known_test == b.known_test && a.masked_view() == b.masked_view() &&
         a.key_view() == b.key_view();
}

/// `steps` give the sizes of the spans in turn. Literals and built-in data come in their own order.
std::vector<Detection> scan(const std::shared_ptr<const Program>& program, Bytes field, Bytes steps, bool provisional) {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(program);
  scanner.begin();
  in_spans(field, steps, [&](Bytes span) {
    scanner.scan(span, scratch, sink);
    if (provisional) scanner.provisional_end(scratch, sink);
  });
  scanner.end(scratch, sink);
  std::stable_sort(sink.all.begin(), sink.all.end(), [](const Detection& a, const Detection& b) {
    return a.detector != b.detector ? a.detector < b.detector : a.offset < b.offset;
  });
  return sink.all;
}

void check_cuts(const std::shared_ptr<const Program>& program, Bytes field, Bytes steps) {
  const auto whole = scan(program, field, {}, false);
  const auto cut = scan(program, field, steps, false);
  if (!std::equal(whole.begin(), whole.end(), cut.begin(), cut.end(), same)) fail("cuts change the detections");
  const auto provisional = scan(program, field, steps, true);
  for (const Detection& d : whole) {
    if (std::none_of(provisional.begin(), provisional.end(), [&d](const Detection& p) { return same(d, p); }))
      fail("a provisional end lost a detection");
    if (d.offset + d.length > field.size() || d.length == 0) fail("a detection outside the field");
    if (d.masked_length > kMaxMasked || d.key_length > kMaxKey) fail("a text longer than its array");
  }
}

/// Of the first chunk behind what a finder looks back at.
std::vector<std::uint16_t> events_of(lane::FindEvents find, Bytes field) {
  const std::size_t length = std::min(field.size() - lane::kFindLookBack, lane::kChunk);
  std::vector<std::uint16_t> positions(lane::kMaxEvents);
  positions.resize(find(field.data() + lane::kFindLookBack, length, positions.data()));
  return positions;
}

template <lane::Finds Wanted>
void check_finders(Bytes field) {
  if (!lane::cpu_has_avx2() || field.size() <= lane::kFindLookBack) return;
  const auto scalar = events_of(lane::find_events_scalar<Wanted>, field);
  if (scalar != events_of(lane::find_events_avx2<Wanted>, field)) fail("the AVX2 finder differs from the scalar one");
  if (lane::cpu_has_avx512() && scalar != events_of(lane::find_events_avx512<Wanted>, field))
    fail("the AVX-512 finder differs from the scalar one");
}

void check_finders_in_text(Bytes field) {
  if (!lane::cpu_has_avx2() || field.size() <= lane::kFindLookBack) return;
  const auto scalar = events_of(lane::find_in_text_scalar, field);
  if (scalar != events_of(lane::find_in_text_avx2, field)) fail("the AVX2 finder in text differs from the scalar one");
  if (lane::cpu_has_avx512() && scalar != events_of(lane::find_in_text_avx512, field))
    fail("the AVX-512 finder in text differs from the scalar one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  const Bytes steps(data, 7);
  const Bytes field(data + 7, size - 7);
  static const LiteralSpec marker{"marker", "4111MaRk", true};
  static const auto every = every_detector({marker});
  static const auto no_numbers = no_identity_numbers({marker});
  check_cuts(every, field, steps);
  check_cuts(no_numbers, field, steps);
  check_finders<lane::Finds::secrets>(field);
  check_finders<lane::Finds::short_runs_too>(field);
  check_finders<lane::Finds::names_too>(field);
  check_finders<lane::Finds::all>(field);
  check_finders_in_text(field);
  return 0;
}
