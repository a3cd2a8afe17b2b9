#include "bulkhead/program.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "bulkhead/detector.hpp"
#include "decide/program_impl.hpp"

namespace bulkhead {
namespace {

struct Failure {
  ProgramError error = ProgramError::none;
  std::string message;
};

std::string count_of(std::size_t count, const char* what, std::size_t most) {
  return std::to_string(count) + " " + what + ", at most " + std::to_string(most) + " are possible";
}

Failure check_limits(const ProgramSpec& spec) {
  struct Count {
    std::size_t count;
    const char* what;
    std::size_t most;
  };
  for (const SensorSpec& sensor : spec.sensors) {
    std::size_t ranges = 0;
    for (const SensorScope& scope : sensor.scopes) ranges += scope.clients.size() + scope.servers.size();
    if (ranges > kMaxRanges)
      return {ProgramError::too_many, "sensor '" + sensor.name + "': " + count_of(ranges, "address ranges", kMaxRanges)};
  }
  std::size_t terms = 0;
  for (const DictionarySpec& dictionary : spec.dictionaries) terms += dictionary.terms.size();
  const Count counts[] = {{spec.sensors.size(), "sensors", kMaxSensors},
                          {spec.literals.size(), "literals", kMaxLiterals},
                          {spec.dictionaries.size(), "dictionaries", kMaxDictionaries},
                          {terms, "terms of dictionaries", kMaxTerms},
                          {spec.patterns.size(), "patterns", kMaxPatterns},
                          {spec.exact_data.size(), "sets of exact data", kMaxExactSets}};
  for (const Count& one : counts)
    if (one.count > one.most) return {ProgramError::too_many, count_of(one.count, one.what, one.most)};
  for (const LiteralSpec& literal : spec.literals)
    if (literal.bytes.empty() || literal.bytes.size() > kMaxLiteralBytes)
      return {ProgramError::literal_size, "literal '" + literal.id + "' has " + std::to_string(literal.bytes.size()) +
                                              " bytes, 1 to " + std::to_string(kMaxLiteralBytes) + " are possible"};
  for (const DictionarySpec& dictionary : spec.dictionaries)
    for (const std::string& term : dictionary.terms)
      if (term.empty() || term.size() > kMaxTermBytes)
        return {ProgramError::term_size, "a term of dictionary '" + dictionary.id + "' has " +
                                             std::to_string(term.size()) + " bytes, 1 to " +
                                             std::to_string(kMaxTermBytes) + " are possible"};
  for (const PatternSpec& pattern : spec.patterns) {
    if (pattern.context.size() > kMaxContextWords)
      return {ProgramError::too_many, "pattern '" + pattern.id + "': " +
                                          count_of(pattern.context.size(), "context words", kMaxContextWords)};
    for (const std::string& word : pattern.context)
      if (word.empty() || word.size() > kMaxContextWordBytes)
        return {ProgramError::term_size, "a context word of pattern '" + pattern.id + "' has " +
                                             std::to_string(word.size()) + " bytes, 1 to " +
                                             std::to_string(kMaxContextWordBytes) + " are possible"};
  }
  return {};
}

Failure name_detectors(ProgramImpl& impl) {
  for (const DetectorInfo& info : kDetectors) impl.detector_ids.emplace_back(info.id);
  for (const LiteralSpec& literal : impl.spec.literals) impl.detector_ids.push_back(literal.id);
  for (const DictionarySpec& dictionary : impl.spec.dictionaries) impl.detector_ids.push_back(dictionary.id);
  for (const PatternSpec& pattern : impl.spec.patterns) impl.detector_ids.push_back(pattern.id);
  for (const ExactDataSpec& exact : impl.spec.exact_data) {
    const auto detector = static_cast<DetectorIndex>(impl.detector_ids.size());
    impl.detector_ids.push_back(exact.id);
    if (exact.set != nullptr) impl.exact.push_back({exact.set.get(), detector, exact.alone});
  }
  std::vector<std::string> sorted = impl.detector_ids;
  std::sort(sorted.begin(), sorted.end());
  const auto twin = std::adjacent_find(sorted.begin(), sorted.end());
  if (twin != sorted.end())
    return {ProgramError::duplicate_id, "more than one detector has the id '" + *twin + "'"};
  for (auto sensor = impl.spec.sensors.begin(); sensor != impl.spec.sensors.end(); ++sensor) {
    const auto same = [&sensor](const SensorSpec& other) { return other.name == sensor->name; };
    if (std::any_of(impl.spec.sensors.begin(), sensor, same))
      return {ProgramError::duplicate_id, "more than one sensor has the name '" + sensor->name + "'"};
  }
  return {};
}

Failure bind_sensors(ProgramImpl& impl) {
  impl.sensors_by_detector.assign(impl.detector_ids.size(), 0);
  for (std::size_t s = 0; s < impl.spec.sensors.size(); ++s) {
    if (!impl.spec.sensors[s].scopes.empty()) impl.scoped |= 1ULL << s;
    for (const std::string& id : impl.spec.sensors[s].detectors) {
      const auto at = std::find(impl.detector_ids.begin(), impl.detector_ids.end(), id);
      if (at == impl.detector_ids.end())
        return {ProgramError::unknown_detector,
                "sensor '" + impl.spec.sensors[s].name + "' names the unknown detector '" + id + "'"};
      const auto detector = static_cast<std::size_t>(at - impl.detector_ids.begin());
      impl.sensors_by_detector[detector] |= 1ULL << s;
      if (detector < kDetectors.size()) impl.enabled.add(detector);
    }
  }
  impl.numbers = detect::numbers_wanted(impl.enabled);
  impl.kinds = detect::kinds_wanted(impl.enabled);
  impl.number_ends = detect::identity::number_ends_of(impl.enabled);
  impl.credentials = impl.enabled.any_of(detect::kCleartextCredential, detect::kSessionCookie + 1);
  impl.cleartext = impl.sensors_by_detector[detect::kCleartextTraffic];
  return {};
}

Failure compile_custom(ProgramImpl& impl) {
  Failure failure;
  failure.error =
      impl.custom.compile(impl.spec, static_cast<DetectorIndex>(kDetectors.size()), failure.message);
  return failure;
}

}  // namespace

std::uint64_t ProgramImpl::concerned(const Address& client, const Address& server) const noexcept {
  const auto within = [](const std::vector<AddressRange>& ranges, const Address& address) {
    return ranges.empty() || std::any_of(ranges.begin(), ranges.end(), [&address](const AddressRange& range) {
      return range.first.bytes <= address.bytes && address.bytes <= range.last.bytes;
    });
  };
  std::uint64_t all = ~0ULL;
  for (std::uint64_t left = scoped; left != 0; left &= left - 1) {
    const auto& scopes = spec.sensors[static_cast<std::size_t>(std::countr_zero(left))].scopes;
    const bool meant = std::any_of(scopes.begin(), scopes.end(), [&](const SensorScope& scope) {
      return within(scope.clients, client) && within(scope.servers, server);
    });
    if (!meant) all &= ~(left & -left);
  }
  return all;
}

std::shared_ptr<const Program> Program::compile(const ProgramSpec& spec, ProgramError& error, std::string& message) {
  static std::atomic<std::uint64_t> generations{0};
  auto impl = std::make_unique<ProgramImpl>();
  Failure failure = check_limits(spec);
  if (failure.error == ProgramError::none) {
    impl->spec = spec;
    impl->generation = ++generations;
    failure = name_detectors(*impl);
  }
  if (failure.error == ProgramError::none) failure = bind_sensors(*impl);
  if (failure.error == ProgramError::none) failure = compile_custom(*impl);
  error = failure.error;
  message = std::move(failure.message);
  if (error != ProgramError::none) return nullptr;
  return std::shared_ptr<const Program>(new Program(std::move(impl)));
}

Program::Program(std::unique_ptr<ProgramImpl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

const ProgramSpec& Program::spec() const noexcept { return impl_->spec; }

const std::string& Program::detector_id(DetectorIndex index) const noexcept {
  static const std::string unknown;
  return index < impl_->detector_ids.size() ? impl_->detector_ids[index] : unknown;
}

}  // namespace bulkhead
