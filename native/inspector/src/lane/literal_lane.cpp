#include "lane/literal_lane.hpp"

#include <hs/hs.h>

#include <algorithm>
#include <limits>

namespace bulkhead::lane {
namespace {

struct Hit {
  const std::vector<std::uint32_t>* lengths;
  DetectorIndex first_index;
  std::uint64_t opened_at;
  DetectionSink* sink;
};

constexpr std::size_t kMaxStars = 16;  // the length of a literal is no secret, but need not fill a report either

int on_match(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  const Hit& hit = *static_cast<const Hit*>(context);
  const std::uint32_t length = (*hit.lengths)[id];
  Detection detection;
  detection.detector = static_cast<DetectorIndex>(hit.first_index + id);
  detection.confidence = Confidence::high;
  detection.offset = hit.opened_at + to - length;
  detection.length = length;
  detection.fingerprint = detection.detector;  // a literal has one value
  detection.masked_length = static_cast<std::uint8_t>(std::min<std::size_t>(length, kMaxStars));
  std::fill_n(detection.masked.begin(), detection.masked_length, '*');
  hit.sink->detected(detection);
  return 0;
}

}  // namespace

LiteralSet::~LiteralSet() { hs_free_database(database_); }

bool LiteralSet::compile(const std::vector<LiteralSpec>& literals, DetectorIndex first_index, std::string& message) {
  first_index_ = first_index;
  if (literals.empty()) return true;
  std::vector<const char*> texts;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  std::vector<std::size_t> sizes;
  for (const LiteralSpec& literal : literals) {
    texts.push_back(literal.bytes.data());
    flags.push_back(literal.case_insensitive ? HS_FLAG_CASELESS : 0U);
    ids.push_back(static_cast<unsigned>(ids.size()));
    sizes.push_back(literal.bytes.size());
    lengths_.push_back(static_cast<std::uint32_t>(literal.bytes.size()));
  }
  hs_compile_error_t* error = nullptr;
  const hs_error_t outcome =
      hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), sizes.data(), static_cast<unsigned>(texts.size()),
                           HS_MODE_STREAM, nullptr, &database_, &error);
  if (outcome == HS_SUCCESS) return true;
  message = "the literals could not be compiled";
  if (error != nullptr) {
    message += ": ";
    message += error->message;
    if (error->expression >= 0) message += " (" + literals[static_cast<std::size_t>(error->expression)].id + ")";
    hs_free_compile_error(error);
  }
  return false;
}

LiteralScratch::~LiteralScratch() { hs_free_scratch(scratch_); }

bool LiteralScratch::fit(const LiteralSet& set, std::uint64_t generation) noexcept {
  if (generation_ == generation) return true;
  if (hs_alloc_scratch(set.database_, &scratch_) != HS_SUCCESS) return false;
  generation_ = generation;
  return true;
}

void LiteralStream::scan(const LiteralSet& set, std::uint64_t generation, LiteralScratch& scratch, Bytes bytes,
                         std::uint64_t field_offset, DetectionSink& sink) noexcept {
  if (set.empty() || !scratch.fit(set, generation)) return;
  if (stream_ == nullptr) {
    if (hs_open_stream(set.database_, 0, &stream_) != HS_SUCCESS) return;
    opened_at_ = field_offset;
  }
  Hit hit{&set.lengths_, set.first_index_, opened_at_, &sink};
  constexpr std::size_t kMostAtOnce = std::numeric_limits<int>::max();
  while (!bytes.empty()) {
    const std::size_t n = std::min(bytes.size(), kMostAtOnce);
    hs_scan_stream(stream_, reinterpret_cast<const char*>(bytes.data()), static_cast<unsigned>(n), 0,
                   scratch.scratch_, on_match, &hit);
    bytes = bytes.subspan(n);
  }
}

void LiteralStream::close() noexcept {
  if (stream_ == nullptr) return;
  hs_close_stream(stream_, nullptr, nullptr, nullptr);
  stream_ = nullptr;
}

}  // namespace bulkhead::lane
