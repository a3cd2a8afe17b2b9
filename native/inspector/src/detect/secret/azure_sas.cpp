#include "detect/secret/azure_sas.hpp"

#include <algorithm>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/secret/byte_sets.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect::secret {
namespace {

constexpr std::size_t kSignature = 43;  // characters of base64 for 32 bytes, before their '='
constexpr std::size_t kParametersBefore = 200;
static_assert(kParametersBefore + 4 < kLookBack);

/// Whether a parameter that a signature covers stands in [from, to): its version, its end, its resource.
bool has_parameter(const std::uint8_t* from, const std::uint8_t* to) noexcept {
  constexpr std::string_view kParameters[] = {"se=", "sv=", "sr="};
  const auto starts = [](std::uint8_t before) { return before == '?' || before == '&' || before == ' ' || before == ';'; };
  return std::any_of(std::begin(kParameters), std::end(kParameters), [&](std::string_view name) {
    const std::uint8_t* p = from;
    while ((p = std::search(p, to, name.begin(), name.end())) != to) {
      if (starts(p[-1])) return true;
      ++p;
    }
    return false;
  });
}

/// The '=' that ends base64, percent-encoded or not.
bool take_padding(Ahead& ahead) noexcept {
  if (ahead.byte() != '%') return ahead.take('=');
  ahead.skip();
  const bool three = ahead.take('3');
  return three && (ahead.take('D') || ahead.take('d'));
}

}  // namespace

Judged judge_azure_sas(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const name = event - 3;
  if (name[0] != 's') return Judged::decided;
  const std::uint8_t before = name[-1];
  // ';' ends the &amp; of markup, '6' the \u0026 of JSON.
  if (before != '?' && before != '&' && before != ' ' && before != ';' && before != '6') return Judged::decided;
  Ahead ahead(view, event, event + 1);
  // Where a '+' or '/' is percent-encoded, the reading with that taken off has the signature; without its padding it is
  // the same in both.
  for (std::size_t count = 0; count < kSignature; ++count) {
    if (!is_base64(ahead.byte())) return ahead.pending() ? Judged::pending : Judged::decided;
    ahead.skip();
  }
  const std::uint8_t* const end = ahead.at();
  const bool padded = take_padding(ahead);
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (!padded || is_base64(after) || after == '%' || after == '=') return Judged::decided;
  // Service Bus has its other parameters behind.
  while (!ahead.exhausted() && ahead.byte() > ' ' && ahead.byte() != '"') ahead.skip();
  if (ahead.pending()) return Judged::pending;
  if (!has_parameter(name - kParametersBefore, name) && !has_parameter(end, ahead.at())) return Judged::decided;
  const bool real = looks_random(event + 1, static_cast<std::size_t>(end - event - 1));
  report(view, kAzureSasSignature, event + 1, end, 0, real ? Confidence::high : Confidence::low, !real, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::secret
