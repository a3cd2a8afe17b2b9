#include <algorithm>
#include <cstring>

#include "addon.hpp"

namespace bulkhead::binding {

Napi::Value fail(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  error.ThrowAsJavaScriptException();
  return env.Undefined();
}

const char* code_of(SourceError error) noexcept {
  switch (error) {
    case SourceError::none: return "";
    case SourceError::unreadable: return "UNREADABLE_CAPTURE";
    case SourceError::not_a_capture: return "NOT_A_CAPTURE";
    case SourceError::truncated: return "TRUNCATED_CAPTURE";
    case SourceError::corrupt: return "CORRUPT_CAPTURE";
    case SourceError::unsupported_link_type: return "UNSUPPORTED_LINK_TYPE";
    case SourceError::cancelled: return "CANCELLED";
    case SourceError::namespace_unavailable: return "NAMESPACE_UNAVAILABLE";
    case SourceError::not_permitted: return "NOT_PERMITTED";
    case SourceError::queue_unavailable: return "QUEUE_UNAVAILABLE";
    case SourceError::tap_unavailable: return "TAP_UNAVAILABLE";
    case SourceError::unwritable: return "UNWRITABLE_RECORDING";
  }
  return "";
}

Napi::BigUint64Array to_array(Napi::Env env, const Counters& c) {
  // js/counters.ts reads the same order.
  const std::uint64_t plain[] = {c.packets,           c.bytes,         c.sessions_opened, c.sessions_active,
                                 c.sessions_offloaded, c.sessions_blocked, c.payload_bytes, c.content_bytes,
                                 c.bytes_not_inspected, c.findings,      c.packets_dropped, c.packets_masked};
  constexpr std::size_t kPlain = std::size(plain);
  auto array = Napi::BigUint64Array::New(env, kPlain + 2 * kExceptionCount);
  std::copy(std::begin(plain), std::end(plain), array.Data());
  std::copy(std::begin(c.exceptions), std::end(c.exceptions), array.Data() + kPlain);
  std::copy(std::begin(c.bytes_not_inspected_by), std::end(c.bytes_not_inspected_by),
            array.Data() + kPlain + kExceptionCount);
  return array;
}

std::string text_of(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

double number_of(const Napi::Object& object, const char* key, double otherwise) {
  const Napi::Value value = object.Get(key);
  return value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : otherwise;
}

bool flag_of(const Napi::Object& object, const char* key, bool otherwise) {
  const Napi::Value value = object.Get(key);
  return value.IsBoolean() ? value.As<Napi::Boolean>().Value() : otherwise;
}

EngineLimits limits_of(const Napi::Object& options) {
  EngineLimits limits;
  const Napi::Value value = options.Get("limits");
  if (!value.IsObject()) return limits;
  const auto given = value.As<Napi::Object>();
  limits.max_sessions = static_cast<std::uint32_t>(number_of(given, "maxSessions", limits.max_sessions));
  limits.max_pending = static_cast<std::uint32_t>(number_of(given, "maxPending", limits.max_pending));
  limits.reassembly_bytes = static_cast<std::uint64_t>(
      number_of(given, "reassemblyBytes", static_cast<double>(limits.reassembly_bytes)));
  limits.reassembly_bytes_per_session = static_cast<std::uint32_t>(
      number_of(given, "reassemblyBytesPerSession", limits.reassembly_bytes_per_session));
  limits.max_fragments = static_cast<std::uint32_t>(number_of(given, "maxFragments", limits.max_fragments));
  limits.decode_bytes_per_body = static_cast<std::uint64_t>(
      number_of(given, "decodeBytesPerBody", static_cast<double>(limits.decode_bytes_per_body)));
  limits.decode_ratio = static_cast<std::uint32_t>(number_of(given, "decodeRatio", limits.decode_ratio));
  return limits;
}

ExceptionPolicies policies_of(const Napi::Object& options) {
  ExceptionPolicies policies;
  const Napi::Value value = options.Get("exceptionPolicies");
  if (!value.IsTypedArray()) return policies;
  const auto given = value.As<Napi::Uint8Array>();
  // Indexed by exception; js/names.ts has the names.
  for (std::size_t i = 0; i < given.ElementLength() && i < kExceptionCount; ++i)
    policies.by_exception[i] = static_cast<ExceptionPolicy>(std::min<std::uint8_t>(given[i], 2));
  return policies;
}

}  // namespace bulkhead::binding
