#include "decide/own_names.hpp"

#include <algorithm>

#include "bulkhead/detector.hpp"
#include "bulkhead/field.hpp"
#include "decide/program_impl.hpp"

namespace bulkhead {
namespace {

/// Whether it found something that a user defined, or could not look for it.
class OwnOnly final : public DetectionSink {
 public:
  void detected(const Detection& detection) noexcept override { found |= detection.detector >= kDetectors.size(); }
  void not_searched(Exception, std::uint64_t) noexcept override { found = true; }
  bool found = false;
};

}  // namespace

bool OwnNames::any(const Program& program) noexcept {
  return !program.impl().custom.empty() || !program.impl().exact.empty();
}

void OwnNames::hide(Detection& detection, const std::shared_ptr<const Program>& program) noexcept {
  if (!any(*program)) return;
  const std::string_view key = detection.key_view();
  static_assert(kMaxKey == kMaxFieldKey);
  if (!key.empty() && (key.size() == kMaxKey || in(key, program))) {
    std::fill_n(detection.key.begin(), 1, '*');
    detection.key_length = 1;
  }
  const std::size_t name = detection.masked_view().find(':');
  const bool login = detection.detector >= detect::kCleartextCredential && detection.detector <= detect::kSessionCookie;
  if (login && name != std::string_view::npos && in(detection.masked_view().substr(0, name), program))
    std::fill_n(detection.masked.begin(), name, '*');
}

bool OwnNames::in(std::string_view text, const std::shared_ptr<const Program>& program) noexcept {
  if (scratch_ == nullptr) scratch_ = std::make_unique<Scratch>();
  OwnOnly sink;
  ContentScanner scanner(program);
  scanner.begin();
  scanner.scan({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, *scratch_, sink);
  scanner.end(*scratch_, sink);
  return sink.found;
}

}  // namespace bulkhead
