#include "engine/session_analysis.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "decide/program_impl.hpp"
#include "engine/cleartext.hpp"

namespace bulkhead {
namespace {

bool keeps_last_four(DetectorIndex detector, const Program& program) noexcept {
  const std::string_view id = program.detector_id(detector);
  return id == "payment-card" || id == "us-ssn" || id == "iban";
}

/// The protocol layer sees datagrams; whether they came over UDP or ICMP the network layer knows.
Protocol labelled(Protocol protocol, const Session& session) noexcept {
  constexpr std::uint8_t kUdp = 17;
  return protocol == Protocol::udp && session.view.ip_protocol != kUdp ? Protocol::icmp : protocol;
}

}  // namespace

SessionAnalysis::SessionAnalysis(PacketContext& context, Session& session, std::shared_ptr<const Program> program)
    : context_(context),
      session_(session),
      program_(std::move(program)),
      conversation_(context.decoders) {
  bind_sensors();
}

void SessionAnalysis::bind_sensors() noexcept {
  const ProgramImpl& impl = program_->impl();
  if (impl.scoped != 0) concerned_ = impl.concerned(session_.view.client, session_.view.server);
  if (impl.scoped == 0) concerned_ = ~0ULL;
  constexpr std::uint8_t kTcp = 6, kUdp = 17;
  const bool carries = session_.view.ip_protocol == kTcp || session_.view.ip_protocol == kUdp;
  const bool asked = (impl.cleartext & concerned_) != 0 && carries;
  cleartext_told_ = asked ? Confidence::none : Confidence::high;
  if (asked) conversation_.watch_exposure(session_.midstream);
}

void SessionAnalysis::stream(Direction direction, Bytes bytes, Origin origin) noexcept {
  context_.counters.payload_bytes += bytes.size();
  conversation_.feed(direction, bytes, origin, *this);
  tell_spoken(direction);
  if (cleartext_told_ != Confidence::high) judge_clearness();
}

void SessionAnalysis::gap(Direction direction, std::uint64_t bytes) noexcept {
  gate_.lose(direction);
  exception(direction, Exception::gap, bytes);
  conversation_.gap(direction, bytes, *this);
}

void SessionAnalysis::stream_end(Direction direction) noexcept {
  conversation_.end(direction, *this);
  tell_spoken(direction);
  if (cleartext_told_ != Confidence::high) judge_clearness();
}

void SessionAnalysis::datagram(Direction direction, Bytes bytes, Origin origin) noexcept {
  context_.counters.payload_bytes += bytes.size();
  conversation_.datagram(direction, bytes, origin, *this);
  tell_spoken(direction);
  if (cleartext_told_ != Confidence::high) judge_clearness();
}

void SessionAnalysis::tell_spoken(Direction direction) noexcept {
  Protocol& told = spoken_[index_of(direction)];
  const Protocol spoken = conversation_.spoken(direction);
  if (spoken == told || spoken == Protocol::unknown) return;
  constexpr std::uint8_t kTcp = 6, kUdp = 17;
  if (session_.midstream || (session_.view.ip_protocol != kTcp && session_.view.ip_protocol != kUdp)) return;
  if (spoken == Protocol::raw && gate_.lost(direction)) return;
  told = spoken;
  if (spoken_[index_of(opposite(direction))] != spoken) context_.sink.on_spoken(session_.view, spoken);
}

void SessionAnalysis::packet_end(Direction direction) noexcept {
  scanning_ = direction;
  if (const auto& scanner = scanners_[index_of(direction)]) scanner->provisional_end(context_.scratch, *this);
  if (credentials_.watching(direction)) credentials_.provisional_end(direction, *this);
  if (cleartext_told_ == Confidence::high) return;
  conversation_.pause(direction);
  judge_clearness();
}

void SessionAnalysis::use(const std::shared_ptr<const Program>& program) noexcept {
  if (program == program_) return;
  program_ = program;
  for (const auto& scanner : scanners_)
    if (scanner != nullptr) scanner->rebind(program_);
  bind_sensors();
}

void SessionAnalysis::refresh_view() noexcept {
  session_.view.protocol = labelled(conversation_.protocol(), session_);
  session_.view.server_name = conversation_.server_name();
  session_.view.tls_version = conversation_.tls_version();
}

void SessionAnalysis::begin(Direction direction, const Field& field) noexcept {
  session_.view.protocol = labelled(field.protocol, session_);
  locations_[index_of(direction)] = field.location;
  exchanges_[index_of(direction)] = field.exchange;
  context_.view.begin(direction);
  auto& scanner = scanners_[index_of(direction)];
  if (scanner == nullptr) scanner = context_.scanners.take(program_, *context_.decoders);
  scanner->begin(field.key);
  if (program_->impl().credentials) credentials_.begin(direction, field);
  subject_.begin(direction, field);
}

void SessionAnalysis::content(Direction direction, Bytes bytes, Origin origin) noexcept {
  FieldScanner& scanner = *scanners_[index_of(direction)];
  context_.counters.content_bytes += bytes.size();
  if (origin == Origin::in_packet) context_.view.add(direction, scanner.field_offset(), bytes);
  if (direction == Direction::request && subject_.watching()) subject_.content(bytes);
  scanning_ = direction;
  scanner.scan(bytes, context_.scratch, *this);
  if (credentials_.watching(direction)) credentials_.content(direction, bytes, *this);
}

void SessionAnalysis::end(Direction direction) noexcept {
  scanning_ = direction;
  auto& scanner = scanners_[index_of(direction)];
  scanner->end(context_.scratch, *this);
  context_.scanners.give_back(std::move(scanner));
  if (credentials_.watching(direction)) credentials_.end(direction, *this);
  subject_.end(direction);
}

void SessionAnalysis::not_inspected(Direction direction, Exception reason, std::uint64_t bytes) noexcept {
  exception(direction, reason, bytes);
}

void SessionAnalysis::announced(const Announcement& announcement) noexcept {
  context_.expected.announce(session_.view, announcement, context_.now_ns());
}

void SessionAnalysis::exception(Direction direction, Exception exception, std::uint64_t bytes) noexcept {
  const auto index = static_cast<std::size_t>(exception);
  Counters& counters = context_.counters;
  ++counters.exceptions[index];
  counters.bytes_not_inspected += bytes;
  counters.bytes_not_inspected_by[index] += bytes;

  const ExceptionPolicy policy = context_.config.exceptions.of(exception);
  if (policy == ExceptionPolicy::pass) return;
  if (policy == ExceptionPolicy::block) context_.raise(Verdict::block);
  if ((exceptions_seen_ & (1U << index)) != 0) return;
  exceptions_seen_ |= 1U << index;
  refresh_view();
  Event event{EventKind::exception, context_.now_ns(), context_.number(), direction, &session_.view};
  event.exception = exception;
  event.bytes_not_inspected = bytes;
  event.location = locations_[index_of(direction)];
  event.verdict = policy == ExceptionPolicy::block ? Verdict::block : Verdict::alert;
  context_.sink.on_event(event);
}

void SessionAnalysis::detected(const Detection& detection) noexcept {
  const Location location = locations_[index_of(scanning_)];
  const bool of_request = scanning_ == Direction::request && (location == Location::head || location == Location::command);
  if (of_request) subject_.hide(detection.offset, detection.length);
  if (!OwnNames::any(*program_)) return report(detection, detection.offset);
  Detection shown = detection;
  context_.own_names.hide(shown, program_);
  report(shown, shown.offset);
}

void SessionAnalysis::judge_clearness() noexcept {
  const Exposure exposure = conversation_.exposure();
  if (exposure.confidence <= cleartext_told_) return;
  cleartext_told_ = exposure.confidence;
  scanning_ = exposure.direction;
  // A line that is not over may end in a datum that is not known as one yet.
  report(cleartext_detection(exposure), subject_.watching() ? 0 : UINT64_MAX);
}

void SessionAnalysis::report(const Detection& detection, std::uint64_t found_at) noexcept {
  std::optional<Verdict> masked;  // by the first sensor that asked for it
  SensorMatches matches;
  SensorState::Client client{context_.clients.get(), session_.view.client, session_.view.tenant, context_.now_ns(), concerned_};
  sensors_.judge(*program_, detection, scanning_, matches, client);
  if (client.lost) exception(scanning_, Exception::memory_cap, 0);
  const Location location = locations_[index_of(scanning_)];
  std::array<char, kMaxSubject> subject;
  std::size_t subject_length = 0;
  bool subject_known = false;
  for (const SensorMatch& match : matches) {
    Verdict done = match.verdict;
    if (done == Verdict::mask && context_.config.inline_mode) {
      if (!masked) masked = mask(detection);
      done = *masked;
    }
    context_.raise(done);
    ++context_.counters.findings;
    refresh_view();
    Event event{EventKind::finding, context_.now_ns(), context_.number(), scanning_, &session_.view};
    event.detection = &detection;
    event.sensor = match.sensor;
    event.verdict = done;
    event.location = location;
    if (!subject_known)
      subject_length = subject_.view({scanning_, session_.view.protocol, location, found_at, exchanges_[index_of(scanning_)]},
                                     context_.subject_memo, subject);
    subject_known = true;
    event.subject = {subject.data(), subject_length};
    context_.sink.on_event(event);
  }
}

void SessionAnalysis::not_decoded(Exception reason, std::uint64_t bytes) noexcept {
  exception(scanning_, reason, bytes);
}

Verdict SessionAnalysis::mask(const Detection& detection) noexcept {
  if (context_.packet == nullptr || !context_.packet->writable) return Verdict::block;
  if (context_.written_count + PacketView::kMaxSpans > PacketContext::kMaxWritten) return Verdict::block;
  // A datum that cannot be hidden where it stands (compressed, encoded, or mostly forwarded already) may not travel at
  // all.
  if (!detection.in_place || !mask_in_place(context_.view, scanning_, detection, keeps_last_four(detection.detector, *program_)))
    return Verdict::block;
  context_.view.each_part(scanning_, detection.offset, detection.length, [&](std::uint64_t, MutableBytes part) noexcept {
    context_.written[context_.written_count++] = part;
  });
  return Verdict::mask;
}

}  // namespace bulkhead
