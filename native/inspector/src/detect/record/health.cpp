#include <cstddef>
#include <string_view>

#include "detect/ahead.hpp"
#include "detect/record/judge.hpp"
#include "detect/secret/report.hpp"

namespace bulkhead::detect::record {
namespace {

bool stands_before(const std::uint8_t* end, std::string_view text) noexcept {
  return std::string_view(reinterpret_cast<const char*>(end - text.size()), text.size()) == text;
}

/// Whether a segment may begin at `p`: with the field, behind a line end or one written as an escape, or behind `mark`.
bool begins_segment(const std::uint8_t* p, std::uint8_t mark) noexcept {
  const std::uint8_t before = p[-1];
  if (before == '\0' || before == '\r' || before == '\n' || before == mark || before == '"') return true;
  return (before == 'r' || before == 'n') && p[-2] == '\\';
}

bool ends_segment(std::uint8_t b) noexcept { return b == '\0' || b == '\r' || b == '\n' || b == '"' || b == '\\' || b == '~'; }

}  // namespace

/// HL7 v2, 3.4.2: the identifiers of the patient are its third field, the name its fifth.
Judged judge_hl7(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::uint8_t kBlock = 0x0b;  // before a message over MLLP
  if (!stands_before(event, "PID") || !begins_segment(event - 3, kBlock)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  ahead.run(kDigit, 4);
  bool fits = ahead.take('|');
  const std::uint8_t* start = nullptr;
  std::size_t field = 2, size = 0;
  bool name = false;
  while (fits && !ahead.pending() && !ahead.exhausted() && field < 6) {
    const std::uint8_t b = ahead.byte();
    if (ends_segment(b) && b != '~') break;  // "~" repeats a field
    if (b == '|') {
      if (field == 3 && size == 0) fits = false;
      ++field;
      size = 0;
      if (field == 3) start = ahead.at() + 1;
      if (field == 6) break;
    } else {
      if (field == 5 && b == '^' && size > 0) name = true;
      ++size;
    }
    ahead.skip();
  }
  if (ahead.pending()) return Judged::pending;
  if (!fits || start == nullptr || (field == 3 && size == 0)) return Judged::decided;
  secret::report(view, kHl7Patient, start, ahead.at(), 0, name ? Confidence::high : Confidence::medium, false, found);
  return Judged::decided;
}

/// ASC X12N 270, 271, 834, 835 and 837: a person who is insured or a patient, by name and mostly by a number.
Judged judge_x12(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  if (!stands_before(event, "NM1") || !begins_segment(event - 3, '~')) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const std::uint8_t first = ahead.byte();
  ahead.skip();
  const std::uint8_t second = ahead.byte();
  ahead.skip();
  if (ahead.pending()) return Judged::pending;
  const bool concerned = (first == 'I' && second == 'L') || (first == 'Q' && second == 'C') || (first == '7' && second == '4');
  if (!concerned) return Judged::decided;
  if (!ahead.take("*1*")) return ahead.pending() ? Judged::pending : Judged::decided;  // a person, not an organisation
  const std::uint8_t* const start = ahead.at();
  std::size_t element = 3, size = 0;
  bool name = false, number = false;
  while (!ahead.pending() && !ahead.exhausted() && !ends_segment(ahead.byte())) {
    const bool over = ahead.byte() == '*';
    if (over && element == 3) name = size > 0;
    if (!over && element == 9) number = true;
    size = over ? 0 : size + 1;
    element += over ? 1 : 0;
    ahead.skip();
  }
  if (ahead.pending()) return Judged::pending;
  if (!name || element < 4) return Judged::decided;
  secret::report(view, kX12Patient, start, ahead.at(), 0, number ? Confidence::high : Confidence::medium, false, found);
  return Judged::decided;
}

/// HL7 FHIR, 8.1: a resource about a patient says so in its first member.
Judged judge_fhir(const FieldView& view, const std::uint8_t* event, Findings& found) noexcept {
  constexpr std::string_view kName = "resourceType";
  const std::uint8_t* const start = event - 2;
  // Backwards from the value: its quote, the colon, the name's quotes, each perhaps escaped.
  const std::uint8_t* p = start;
  const auto quote = [&p] {
    if (p[-1] != '"') return false;
    p -= p[-2] == '\\' ? 2 : 1;
    return true;
  };
  const auto blanks = [&p, start] {
    while (p[-1] == ' ' && start - p < 8) --p;
  };
  if (!quote()) return Judged::decided;
  blanks();
  if (*--p != ':') return Judged::decided;
  blanks();
  if (!quote() || !stands_before(p, kName)) return Judged::decided;
  Ahead ahead(view, event, event + 1);
  const bool fits = ahead.take("ient");
  const std::uint8_t after = ahead.byte();
  if (ahead.pending()) return Judged::pending;
  if (fits && (after == '"' || after == '\\'))
    secret::report(view, kFhirPatient, start, ahead.at(), 0, Confidence::medium, false, found);
  return Judged::decided;
}

}  // namespace bulkhead::detect::record
