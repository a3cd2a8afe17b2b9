#include "reading/short_run.hpp"

#include <array>

#include "reading/hint_tables.hpp"
#include "reading/hints.hpp"
#include "reading/run_probe.hpp"

namespace bulkhead::reading {
namespace {

class Anything final : public DetectionSink {
 public:
  void detected(const Detection&) noexcept override { found = true; }
  /// A reading of its own will say so.
  void not_searched(Exception, std::uint64_t) noexcept override { found = true; }
  bool found = false;
};

}  // namespace

std::optional<std::size_t> short_run_length(Bytes bytes, std::size_t most) noexcept {
  std::size_t length = 0;
  while (length < bytes.size() && length <= most && hex_value(bytes[length]) >= 0) ++length;
  if (length > most || length == bytes.size()) return {};
  // A run goes on behind these; see Run.
  const std::uint8_t end = bytes[length];
  return end == '\r' || end == '\n' || end == '\\' ? std::nullopt : std::optional(length);
}

bool holds_nothing(Bytes hex, const std::shared_ptr<const Program>& program, Scratch& scratch) noexcept {
  static_assert(kShortRun / 2 < kRunHint);
  std::array<std::uint8_t, kShortRun / 2> text;
  std::size_t size = 0;
  for (std::size_t i = 0; i + 1 < hex.size() && size < text.size(); i += 2)
    text[size++] = static_cast<std::uint8_t>(hex_value(hex[i]) << 4 | hex_value(hex[i + 1]));
  const Bytes decoded = Bytes(text).first(size);
  for (std::size_t i = 1; i < size; ++i)  // an escape, perhaps
    if ((kHintTables.first[text[i - 1]] & kHintTables.second[text[i]]) != 0 || text[i] >= 0x80) return false;
  Anything anything;
  ContentScanner scanner(program);
  if (!scanner.may_find_in(decoded)) return true;
  scanner.scan(decoded, scratch, anything);
  scanner.end(scratch, anything);
  return !anything.found;
}

}  // namespace bulkhead::reading
