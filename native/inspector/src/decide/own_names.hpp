#pragma once

#include <memory>

#include "bulkhead/detection.hpp"
#include "bulkhead/program.hpp"
#include "bulkhead/scanner.hpp"

namespace bulkhead {

/// Keeps data that users define themselves out of what a finding shows beside its own value: the name of the field it
/// stands in, or that was given to log in, may be one of their terms.
class OwnNames {
 public:
  /// Stars such a key, and the name in what is shown of a log-in. A key that is cut may end in the beginning of a term:
  /// it is starred too. Without definitions of their own in `program` nothing is looked at.
  void hide(Detection& detection, const std::shared_ptr<const Program>& program) noexcept;
  [[nodiscard]] static bool any(const Program& program) noexcept;

 private:
  [[nodiscard]] bool in(std::string_view text, const std::shared_ptr<const Program>& program) noexcept;

  /// Its own: it is asked in the middle of a scan, whose working memory is in use.
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace bulkhead
