// A field that is looked through for what the default sensors want alone. Where text is rare, text is looked for first then
// (lane/text_is_rare.hpp), but in long spans only: the same field in spans that are too short for it must give the same.
#include "lane/cpu.hpp"
#include "lane/text_is_rare.hpp"
#include "reading/hints_in_text.hpp"
#include "reading_cuts.hpp"

using namespace bulkhead;
using namespace bulkhead::fuzz;

namespace {

/// This byte and the next one, in units of kNoiseUnit, stand for bytes of no text: an input would have to be long to have them.
constexpr std::uint8_t kNoise = 0xfe;
constexpr std::size_t kNoiseUnit = 16;
/// Some chunks of the finders: what stands on either side of where one ends matters.
constexpr std::size_t kMaxField = 20'000;

/// Equally distributed bytes (xorshift, Marsaglia 2003), always the same.
class Noise {
 public:
  std::uint8_t next() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::uint8_t>(state_ >> 32);
  }

 private:
  std::uint64_t state_ = 0x9e37'79b9'7f4a'7c15;
};

std::vector<std::uint8_t> with_noise(Bytes input) {
  std::vector<std::uint8_t> field;
  Noise noise;
  for (std::size_t i = 0; i < input.size() && field.size() < kMaxField; ++i) {
    if (input[i] != kNoise || i + 1 == input.size()) {
      field.push_back(input[i]);
      continue;
    }
    for (std::size_t left = (input[++i] + std::size_t{1}) * kNoiseUnit; left > 0; --left) field.push_back(noise.next());
  }
  return field;
}

/// Both forms of the look for hints in text leave out the same, but for pairs that AVX2 cannot tell from a hint.
void check_hints(Bytes field) {
  if (!lane::cpu_has_avx512() || field.size() < lane::kTextSearchFrom) return;
  static reading::Hints narrow, wide;
  const Bytes chunk = field.first(std::min(field.size(), reading::kHintChunk));
  reading::find_hints_in_text_avx2(chunk.data(), chunk.size(), {}, narrow);
  reading::find_hints_in_text_avx512(chunk.data(), chunk.size(), {}, wide);
  const auto end_of = [](const reading::Hints& of) { return of.escapes.begin() + static_cast<std::ptrdiff_t>(of.escape_count); };
  if (!std::includes(narrow.escapes.cbegin(), end_of(narrow), wide.escapes.cbegin(), end_of(wide)))
    fail("a hint of an escape by AVX-512 is none by AVX2");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  static const auto defaults = default_detectors();
  const std::vector<std::uint8_t> field = with_noise(Bytes(data + 7, size - 7));
  check_hints(field);
  check_cuts(defaults, field, {Bytes(data, 7), lane::kTextSearchFrom - 1});
  return 0;
}
