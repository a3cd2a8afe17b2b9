#include "source/event_record.hpp"

#include <algorithm>
#include <cstring>

namespace bulkhead {
namespace {

void put_session(EventRecord& record, const SessionView& session, bool with_name) noexcept {
  record.flags |= EventRecord::kHasSession;
  record.protocol = static_cast<std::uint8_t>(session.protocol);
  record.session = session.id;
  record.client = session.client.bytes;
  record.server = session.server.bytes;
  record.client_port = session.client_port;
  record.server_port = session.server_port;
  record.ip_protocol = session.ip_protocol;
  record.tls_version = session.tls_version;
  if (!with_name) return;
  const std::size_t length = std::min(session.server_name.size(), EventRecord::kServerName);
  if (length < session.server_name.size()) record.flags |= EventRecord::kServerNameCut;
  record.server_name_length = static_cast<std::uint8_t>(length);
  session.server_name.copy(record.text.data(), length);
}

void put_detection(EventRecord& record, const Detection& detection) noexcept {
  record.confidence = static_cast<std::uint8_t>(detection.confidence);
  if (detection.known_test) record.flags |= EventRecord::kKnownTest;
  record.value = detection.offset;
  record.length = detection.length;
  record.detector = detection.detector;
  static_assert(std::tuple_size_v<EncodingChain> == std::tuple_size_v<decltype(record.encodings)>);
  for (std::size_t i = 0; i < record.encodings.size(); ++i)
    record.encodings[i] = static_cast<std::uint8_t>(detection.encodings[i]);
  const std::string_view masked = detection.masked_view();
  const std::string_view key = detection.key_view();
  record.masked_length = static_cast<std::uint8_t>(masked.size());
  record.key_length = static_cast<std::uint8_t>(key.size());
  std::memcpy(record.text.data(), masked.data(), masked.size());
  std::memcpy(record.text.data() + kMaxMasked, key.data(), key.size());
}

}  // namespace

EventRecord make_record(const Event& event, std::uint32_t source, std::uint32_t program) noexcept {
  EventRecord record;
  record.kind = static_cast<std::uint8_t>(event.kind);
  record.direction = static_cast<std::uint8_t>(event.direction);
  record.location = static_cast<std::uint8_t>(event.location);
  record.verdict = static_cast<std::uint8_t>(event.verdict);
  record.time_ns = event.time_ns;
  record.packet = event.packet;
  record.source = source;
  record.program = program;
  record.sensor = event.sensor;
  const bool finding = event.kind == EventKind::finding;
  if (event.session != nullptr) put_session(record, *event.session, !finding);
  if (finding && event.detection != nullptr) put_detection(record, *event.detection);
  if (finding) record.subject_length = static_cast<std::uint8_t>(event.subject.copy(record.subject.data(), kMaxSubject));
  if (event.kind == EventKind::application_denied) record.value = event.rule;
  if (event.kind == EventKind::exception) {
    record.exception = static_cast<std::uint8_t>(event.exception);
    record.value = event.bytes_not_inspected;
  }
  return record;
}

}  // namespace bulkhead
