#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "field_cuts.hpp"
#include "reading/field_scanner.hpp"

namespace bulkhead::fuzz {

struct Told final : FieldSink {
  std::vector<Detection> all;
  std::vector<std::pair<Exception, std::uint64_t>> exceptions;
  void detected(const Detection& detection) noexcept override { all.push_back(detection); }
  void not_decoded(Exception reason, std::uint64_t bytes) noexcept override { exceptions.emplace_back(reason, bytes); }
};

inline auto facts(const Detection& d) {
  return std::tuple(d.offset, d.length, d.detector, d.confidence, d.fingerprint, d.encodings, d.in_place, d.masked_view(),
                    d.key_view());
}

/// Whether `told` is word of the same datum, as surely. At a provisional end it is told by what has come of the field, and
/// once: an escape behind it may be what hides it from the reading that told it, and is named by the one that finds it then.
inline bool tells(const Detection& told, const Detection& datum) {
  return told.detector == datum.detector && told.fingerprint == datum.fingerprint && told.confidence >= datum.confidence &&
         told.offset < datum.offset + datum.length && datum.offset < told.offset + told.length;
}

/// The sizes of spans in turn, and the longest there may be: see in_spans().
struct Cuts {
  Bytes steps = {};
  std::size_t longest = kLongestSpan;
};

inline Told read(const std::shared_ptr<const Program>& program, Bytes field, const Cuts& cuts, bool provisional) {
  static DecodePool pool{DecodeLimits{}};
  Scratch scratch;
  Told told;
  FieldScanner scanner(program, pool);
  scanner.begin();
  const auto take = [&](Bytes span) {
    scanner.scan(span, scratch, told);
    if (provisional) scanner.provisional_end(scratch, told);
  };
  in_spans(field, cuts.steps, take, cuts.longest);
  scanner.end(scratch, told);
  std::sort(told.all.begin(), told.all.end(),
            [](const Detection& a, const Detection& b) { return facts(a) < facts(b); });
  return told;
}

/// A field read whole and the same one cut must give the same findings, at provisional ends no datum may be lost, and no
/// finding may reach outside the field.
inline void check_cuts(const std::shared_ptr<const Program>& program, Bytes field, const Cuts& cuts) {
  const auto same = [](const Detection& a, const Detection& b) { return facts(a) == facts(b); };
  const Told whole = read(program, field, {}, false);
  const Told cut = read(program, field, cuts, false);
  if (!std::equal(whole.all.begin(), whole.all.end(), cut.all.begin(), cut.all.end(), same)) fail("cuts change the findings");
  const Told provisional = read(program, field, cuts, true);
  for (const Detection& d : whole.all) {
    if (std::none_of(provisional.all.begin(), provisional.all.end(), [&](const Detection& p) { return tells(p, d); }))
      fail("a provisional end lost a datum");
    if (d.offset + d.length > field.size() || d.length == 0) fail("a finding outside the field");
  }
}

}  // namespace bulkhead::fuzz
