#include "protocol/exposure.hpp"

#include "protocol/follower.hpp"

namespace bulkhead {
namespace {

/// What a server may say unasked, such as a greeting, before its side alone counts as application data.
constexpr std::uint64_t kLongestGreeting = 512;

}  // namespace

void ExposureWatch::foreign(const Follower& follower, Direction direction, Bytes bytes) noexcept {
  // A server that refuses with an alert does not pretend, nor does what began before the session was seen.
  constexpr std::uint8_t kTlsAlert = 0x15;
  const bool proof = follower.protocol() == Protocol::tls || follower.protocol() == Protocol::ssh;
  imposture_ |= proof && !picked_up_ && !(direction == Direction::response && bytes[0] == kTlsAlert);
}

void ExposureWatch::tell(Exposure& exposure) const noexcept {
  if (imposture_) exposure.add(Confidence::medium, Protocol::raw, Direction::request);
  const auto sampled = [this](Confidence confidence) {
    return confidence == Confidence::low && picked_up_ ? Confidence::none : confidence;
  };
  exposure.add(sampled(datagrams_), Protocol::udp, Direction::request);
  const ClearSample& asked = samples_[index_of(Direction::request)];
  const ClearSample& answered = samples_[index_of(Direction::response)];
  exposure.add(sampled(asked.confidence()), Protocol::raw, Direction::request);
  if (asked.seen() > 0 || answered.seen() > kLongestGreeting)
    exposure.add(sampled(answered.confidence()), Protocol::raw, Direction::response);
}

}  // namespace bulkhead
