#pragma once

#include <napi.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "bulkhead/scanner.hpp"
#include "source/event_record.hpp"
#include "source/failure.hpp"
#include "source/workers.hpp"

namespace bulkhead::binding {

/// What one JavaScript environment (the main thread or a worker thread) keeps.
struct Addon {
  std::uint32_t programs = 0;  ///< numbers handed out
  Scratch scratch;             ///< for scans on the JavaScript thread
};

using ApplicationsHandle = Napi::External<std::shared_ptr<const ApplicationRules>>;
using ProgramHandle = Napi::External<NumberedProgram>;
using ExactDataHandle = Napi::External<std::shared_ptr<const ExactDataSet>>;

/// Throws a JavaScript Error with a `code` property, and returns undefined.
Napi::Value fail(Napi::Env env, const char* code, const std::string& message);
[[nodiscard]] const char* code_of(SourceError error) noexcept;

/// A copy of records as they lie in memory.
template <typename Record>
[[nodiscard]] Napi::ArrayBuffer to_buffer(Napi::Env env, const std::vector<Record>& records) {
  static_assert(std::is_trivially_copyable_v<Record>);
  const std::size_t bytes = records.size() * sizeof(Record);
  Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, bytes);
  if (bytes > 0) std::memcpy(buffer.Data(), records.data(), bytes);
  return buffer;
}
[[nodiscard]] Napi::BigUint64Array to_array(Napi::Env env, const Counters& counters);

// Readers of option objects; the TypeScript side has checked the types.
[[nodiscard]] std::string text_of(const Napi::Object& object, const char* key);
[[nodiscard]] double number_of(const Napi::Object& object, const char* key, double otherwise);
[[nodiscard]] bool flag_of(const Napi::Object& object, const char* key, bool otherwise);
[[nodiscard]] EngineLimits limits_of(const Napi::Object& options);
[[nodiscard]] ExceptionPolicies policies_of(const Napi::Object& options);

void export_applications(Napi::Env env, Napi::Object exports);
void export_program(Napi::Env env, Napi::Object exports);
void export_exact_data(Napi::Env env, Napi::Object exports);
void export_text_scan(Napi::Env env, Napi::Object exports);
void export_capture(Napi::Env env, Napi::Object exports);
void export_bench(Napi::Env env, Napi::Object exports);
void export_recording(Napi::Env env, Napi::Object exports);
void export_workers(Napi::Env env, Napi::Object exports);

}  // namespace bulkhead::binding
