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

/// One character of base64, percent-encoded or not; 0 for anything else.
char take_character(Ahead& ahead) noexcept {
  const std::uint8_t b = ahead.byte();
  if (b != '%') {
    if (!is_base64(b) && b != '=') return '\0';
    ahead.skip();
    return static_cast<char>(b);
  }
  ahead.skip();
  const std::uint8_t high = ahead.byte();
  ahead.skip();
  const std::uint8_t small = lower(ahead.byte());
  ahead.skip();
  if (high == '2' && small == 'b') return '+';
  if (high == '2' && small == 'f') return '/';
  return high == '3' && small == 'd' ? '=' : '\0';
}

}  // namespace

Judged judge_azure_sas(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  const std::uint8_t* const name = event - 3;
  if (name[0] != 's') return Judged::decided;
  const std::uint8_t before = name[-1];
  // ';' ends the &amp; of markup, '6' the \u0026 of JSON.
  if (before != '?' && before != '&' && before != ' ' && before != ';' && before != '6') return Judged::decided;
  Ahead ahead(view, event, event + 1);
  std::size_t count = 0;
  while (count < kSignature) {
    const char c = take_character(ahead);
    if (c == '\0' || c == '=') return ahead.pending() ? Judged::pending : Judged::decided;
    ++count;
  }
  const bool padded = take_character(ahead) == '=';
  const std::uint8_t* const end = ahead.at();
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
