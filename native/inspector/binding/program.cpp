#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "addon.hpp"
#include "bulkhead/detector.hpp"

namespace bulkhead::binding {
namespace {

std::string bytes_of(const Napi::Value& value) {
  const auto bytes = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()};
}

/// "10.0.0.0/8", "2001:db8::1": everything the prefix covers.
bool read_range(const std::string& text, AddressRange& range) {
  const std::size_t slash = text.find('/');
  const std::string address = text.substr(0, slash);
  std::array<std::uint8_t, 16> bytes{};
  const bool v4 = ::inet_pton(AF_INET, address.c_str(), bytes.data() + 12) == 1;
  if (v4) bytes[10] = bytes[11] = 0xff;
  if (!v4 && ::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return false;
  const int most = v4 ? 32 : 128;
  int length = most;
  if (slash != std::string::npos) {
    const char* const from = text.data() + slash + 1;
    const auto [end, error] = std::from_chars(from, text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size() || length < 0 || length > most) return false;
  }
  range.first.bytes = range.last.bytes = bytes;
  for (int bit = length + 128 - most; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
    auto& first = range.first.bytes[static_cast<std::size_t>(bit / 8)];
    auto& last = range.last.bytes[static_cast<std::size_t>(bit / 8)];
    first = static_cast<std::uint8_t>(first & ~mask);
    last = static_cast<std::uint8_t>(last | mask);
  }
  return true;
}

/// What is no address covers nobody: JavaScript has checked them.
std::vector<AddressRange> ranges_of(const Napi::Value& value) {
  std::vector<AddressRange> ranges;
  const auto array = value.As<Napi::Array>();
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    AddressRange range;
    if (read_range(array.Get(i).As<Napi::String>().Utf8Value(), range)) ranges.push_back(range);
  }
  return ranges;
}

SensorSpec sensor_of(const Napi::Object& object) {
  SensorSpec sensor;
  sensor.name = text_of(object, "name");
  const auto detectors = object.Get("detectors").As<Napi::Array>();
  for (std::uint32_t i = 0; i < detectors.Length(); ++i)
    sensor.detectors.push_back(detectors.Get(i).As<Napi::String>().Utf8Value());
  sensor.min_confidence = static_cast<Confidence>(number_of(object, "minConfidence", 0));
  sensor.threshold = static_cast<std::uint32_t>(number_of(object, "threshold", 1));
  sensor.action = static_cast<Verdict>(number_of(object, "action", 0));
  sensor.direction = static_cast<DirectionScope>(number_of(object, "direction", 0));
  sensor.window_s = static_cast<std::uint32_t>(number_of(object, "windowSeconds", 0));
  const auto scopes = object.Get("scopes").As<Napi::Array>();
  for (std::uint32_t i = 0; i < scopes.Length(); ++i) {
    const auto scope = scopes.Get(i).As<Napi::Object>();
    sensor.scopes.push_back({ranges_of(scope.Get("clients")), ranges_of(scope.Get("servers"))});
  }
  return sensor;
}

std::vector<std::string> texts_of(const Napi::Value& value) {
  std::vector<std::string> texts;
  const auto array = value.As<Napi::Array>();
  texts.reserve(array.Length());
  for (std::uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    texts.push_back(array.Get(i).As<Napi::String>().Utf8Value());
  }
  return texts;
}

DictionarySpec dictionary_of(const Napi::Object& object) {
  return {text_of(object, "id"), texts_of(object.Get("terms")), flag_of(object, "caseInsensitive", true),
          flag_of(object, "wholeWords", true), static_cast<Confidence>(number_of(object, "confidence", 0))};
}

PatternSpec pattern_of(const Napi::Object& object) {
  return {text_of(object, "id"),
          text_of(object, "pattern"),
          flag_of(object, "caseInsensitive", false),
          flag_of(object, "wholeWords", true),
          static_cast<ValueCheck>(number_of(object, "check", 0)),
          texts_of(object.Get("context")),
          static_cast<Confidence>(number_of(object, "confidence", 0)),
          {static_cast<std::uint8_t>(number_of(object, "keepFirst", 0)),
           static_cast<std::uint8_t>(number_of(object, "keepLast", 0))}};
}

/// createProgram(sensors, literals, dictionaries, patterns, exactData): { handle, number }
Napi::Value create_program(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  ProgramSpec spec;
  const auto sensors = info[0].As<Napi::Array>();
  for (std::uint32_t i = 0; i < sensors.Length(); ++i)
    spec.sensors.push_back(sensor_of(sensors.Get(i).As<Napi::Object>()));
  const auto literals = info[1].As<Napi::Array>();
  for (std::uint32_t i = 0; i < literals.Length(); ++i) {
    const auto literal = literals.Get(i).As<Napi::Object>();
    spec.literals.push_back(
        {text_of(literal, "id"), bytes_of(literal.Get("bytes")), flag_of(literal, "caseInsensitive", false)});
  }
  const auto dictionaries = info[2].As<Napi::Array>();
  for (std::uint32_t i = 0; i < dictionaries.Length(); ++i)
    spec.dictionaries.push_back(dictionary_of(dictionaries.Get(i).As<Napi::Object>()));
  const auto patterns = info[3].As<Napi::Array>();
  for (std::uint32_t i = 0; i < patterns.Length(); ++i)
    spec.patterns.push_back(pattern_of(patterns.Get(i).As<Napi::Object>()));
  const auto exact = info[4].As<Napi::Array>();
  for (std::uint32_t i = 0; i < exact.Length(); ++i) {
    const auto one = exact.Get(i).As<Napi::Object>();
    spec.exact_data.push_back({text_of(one, "id"), *one.Get("set").As<ExactDataHandle>().Data(),
                               static_cast<Confidence>(number_of(one, "confidence", 0))});
  }

  ProgramError error = ProgramError::none;
  std::string message;
  std::shared_ptr<const Program> program = Program::compile(spec, error, message);
  if (program == nullptr) return fail(env, "INVALID_PROGRAM", message);

  const std::uint32_t number = ++env.GetInstanceData<Addon>()->programs;
  auto result = Napi::Object::New(env);
  result.Set("handle", ProgramHandle::New(env, new NumberedProgram{std::move(program), number},
                                          [](Napi::Env, NumberedProgram* owned) { delete owned; }));
  result.Set("number", static_cast<double>(number));
  return result;
}

/// detectors(): { id, strength }[], by index
Napi::Value detectors(const Napi::CallbackInfo& info) {
  auto result = Napi::Array::New(info.Env(), kDetectors.size());
  for (std::uint32_t i = 0; i < kDetectors.size(); ++i) {
    auto detector = Napi::Object::New(info.Env());
    detector.Set("id", Napi::String::New(info.Env(), kDetectors[i].id.data(), kDetectors[i].id.size()));
    detector.Set("strength", static_cast<double>(kDetectors[i].strength));
    result.Set(i, detector);
  }
  return result;
}

}  // namespace

void export_program(Napi::Env env, Napi::Object exports) {
  exports.Set("createProgram", Napi::Function::New(env, create_program, "createProgram"));
  exports.Set("detectors", Napi::Function::New(env, detectors, "detectors"));
}

}  // namespace bulkhead::binding
