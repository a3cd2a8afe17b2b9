// One field with a role, or a head, whole and cut: what is found must not depend on the cut, and what is shown must keep
// its bounds. The first byte says what the field is, the second how it is cut.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/credential_watch.hpp"
#include "engine/subject_text.hpp"

using namespace bulkhead;

namespace {

class Sink final : public DetectionSink {
 public:
  void not_searched(Exception, std::uint64_t) noexcept override {}
  void detected(const Detection& detection) noexcept override {
    if (detection.confidence == Confidence::none) std::abort();
    if (detection.masked_length > kMaxMasked || detection.key_length > kMaxKey) std::abort();
    found.push_back(std::to_string(detection.detector) + ' ' + std::to_string(static_cast<int>(detection.confidence)) + ' ' +
                    std::to_string(detection.offset) + '+' + std::to_string(detection.length) + ' ' +
                    std::string(detection.masked_view()) + ' ' + std::string(detection.key_view()));
  }
  std::vector<std::string> found;
};

Field field_of(std::uint8_t kind) {
  switch (kind % 8) {
    case 0: return {Protocol::http1, Location::head};
    case 1: return {Protocol::smtp, Location::argument, Role::secret, {}, true};
    case 2: return {Protocol::ftp, Location::argument, Role::secret};
    case 3: return {Protocol::http2, Location::header, Role::secret, "authorization"};
    case 4: return {Protocol::http2, Location::header, Role::cookie, "cookie"};
    case 5: return {Protocol::http2, Location::header, Role::cookie, "set-cookie"};
    case 6: return {Protocol::amqp, Location::argument, Role::secret};
    default: return {Protocol::smtp, Location::argument, Role::user, {}, true};
  }
}

std::vector<std::string> watch(const Field& field, Bytes bytes, std::size_t step) {
  Sink sink;
  CredentialWatch watch;
  watch.begin(Direction::request, field);
  for (std::size_t at = 0; at < bytes.size(); at += step)
    if (watch.watching(Direction::request))
      watch.content(Direction::request, bytes.subspan(at, std::min(step, bytes.size() - at)), sink);
  watch.end(Direction::request, sink);
  // A log-in after a name that may have been given.
  const std::string_view secret = "secret";
  watch.begin(Direction::request, {Protocol::smtp, Location::argument, Role::secret});
  watch.content(Direction::request, {reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size()}, sink);
  watch.provisional_end(Direction::request, sink);
  watch.end(Direction::request, sink);
  return sink.found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const Bytes bytes{data + 2, size - 2};
  const Field field = field_of(data[0]);
  if (watch(field, bytes, bytes.size() + 1) != watch(field, bytes, data[1] + std::size_t{1})) std::abort();

  std::array<char, kMaxSubject> out;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (request_subject(text, out) > kMaxSubject) std::abort();
  if (statement_subject(text, data[0] % 2 == 0, out) > kMaxSubject) std::abort();
  if (command_subject(text, out) > kMaxSubject) std::abort();
  return 0;
}
