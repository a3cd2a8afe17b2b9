#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "bulkhead/content.hpp"
#include "bulkhead/detection.hpp"
#include "bulkhead/program.hpp"
#include "decide/sensor_state.hpp"
#include "engine/application_gate.hpp"
#include "engine/credential_watch.hpp"
#include "engine/masking.hpp"
#include "engine/packet_context.hpp"
#include "engine/subject.hpp"
#include "flow/stream_consumer.hpp"
#include "protocol/conversation.hpp"
#include "reading/field_scanner.hpp"

namespace bulkhead {

/// One session under inspection: payload → protocol → fields → detections → sensors → events and verdict.
class SessionAnalysis final : public Attachment, private ContentSink, private FieldSink {
 public:
  SessionAnalysis(PacketContext& context, Session& session, std::shared_ptr<const Program> program);

  void stream(Direction direction, Bytes bytes, Origin origin) noexcept;
  void gap(Direction direction, std::uint64_t bytes) noexcept;
  void stream_end(Direction direction) noexcept;
  /// Its bytes are the file of this name. Called before the first byte.
  void expect_file(std::string_view name) noexcept { conversation_.expect_file(name); }
  void datagram(Direction direction, Bytes bytes, Origin origin) noexcept;
  /// Counts and reports an exception of this session, each kind once, and applies its policy.
  void exception(Direction direction, Exception exception, std::uint64_t bytes) noexcept;
  /// Judges what touches the end of the packet, which is about to be forwarded.
  void packet_end(Direction direction) noexcept;
  void use(const std::shared_ptr<const Program>& program) noexcept;
  void use(const std::shared_ptr<const ApplicationRules>& rules) noexcept { gate_.use(rules); }
  /// Holds the session to what may be spoken in it. After what the packet carried was taken in.
  void judge_application(Direction direction) noexcept {
    if (gate_.watching()) gate_.judge(context_, session_, conversation_, direction);
  }
  /// Nobody wants to know more of the session: what it speaks is allowed, and no sensor looks into it.
  [[nodiscard]] bool dismissed() const noexcept { return gate_.settled() && program_->spec().sensors.empty(); }

  [[nodiscard]] bool encrypted() const noexcept { return conversation_.encrypted(); }
  /// Brings what the protocol layer learnt into the session's view.
  void refresh_view() noexcept;
  /// Null until something was masked in this direction.
  [[nodiscard]] std::unique_ptr<MaskedRanges>& masked(Direction direction) noexcept {
    return masked_[index_of(direction)];
  }

 private:
  void begin(Direction direction, const Field& field) noexcept override;
  void content(Direction direction, Bytes bytes, Origin origin) noexcept override;
  void end(Direction direction) noexcept override;
  void not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept override;
  void announced(const Announcement& announcement) noexcept override;
  void detected(const Detection& detection) noexcept override;
  void not_decoded(Exception reason, std::uint64_t bytes) noexcept override;

  /// Finds out which sensors of the program concern the session, and what they need to be known.
  void bind_sensors() noexcept;
  /// Tells the sink what this direction speaks, where that is news. Costs a packet a comparison.
  void tell_spoken(Direction direction) noexcept;
  /// Reports a session that carries application data in clear, once as surely as it is known.
  void judge_clearness() noexcept;
  /// Reports a detection to every sensor that wants it. `found_at`: where in its field, for what may be shown of it.
  void report(const Detection& detection, std::uint64_t found_at) noexcept;
  /// Masks the datum in the current packet, or answers `block` where that is not possible.
  [[nodiscard]] Verdict mask(const Detection& detection) noexcept;

  PacketContext& context_;
  Session& session_;
  std::shared_ptr<const Program> program_;
  Conversation conversation_;
  std::array<std::unique_ptr<FieldScanner>, 2> scanners_{};  ///< null between fields
  CredentialWatch credentials_;
  SubjectKeeper subject_;
  ApplicationGate gate_;
  std::array<Location, 2> locations_{};
  std::array<std::uint32_t, 2> exchanges_{};
  std::array<std::unique_ptr<MaskedRanges>, 2> masked_{};
  SensorState sensors_;
  std::array<Protocol, 2> spoken_{};  ///< what the sink was told; unknown: nothing yet
  Direction scanning_ = Direction::request;  ///< of the scanner that is calling `detected`
  std::uint32_t exceptions_seen_ = 0;
  std::uint64_t concerned_ = ~0ULL;  ///< bit s: sensor s of the program concerns this session
  Confidence cleartext_told_ = Confidence::high;  ///< high: nobody asks, or nothing more can be said
};

}  // namespace bulkhead
