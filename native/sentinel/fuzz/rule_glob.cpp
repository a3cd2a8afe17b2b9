#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rule/glob.hpp"
#include "rule/path_text.hpp"

using namespace bulkhead::sentinel;

namespace {

/// What the wildcards mean, place by place.
bool by_definition(std::u16string_view glob, std::u16string_view text) {
  std::vector<bool> row(text.size() + 1);
  row[0] = true;
  for (const char16_t wanted : glob) {
    std::vector<bool> next(text.size() + 1);
    next[0] = wanted == u'*' && row[0];
    for (std::size_t i = 0; i < text.size(); ++i) {
      next[i + 1] = wanted == u'*' ? row[i + 1] || next[i] : row[i] && (wanted == u'?' || wanted == text[i]);
    }
    row = std::move(next);
  }
  return row[text.size()];
}

}  // namespace

/// Any glob on any path, parted by a zero: what a glob matches is what its wildcards say.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 512) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t at = text.find('\0');
  const PathText glob(text.substr(0, at));
  const PathText path(at == std::string_view::npos ? std::string_view() : text.substr(at + 1));
  if (glob.view().size() > size || path.view().size() > size) std::abort();
  if (Glob(std::u16string(glob.view())).matches(path.view()) != by_definition(glob.view(), path.view())) std::abort();
  return 0;
}
