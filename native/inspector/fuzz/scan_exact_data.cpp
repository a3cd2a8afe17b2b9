// Any bytes read as a set of exact data, their checksum made right: the reader must refuse or give a set with which any
// text can be scanned, with the same detections however the text is cut.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bulkhead/scanner.hpp"

using namespace bulkhead;

namespace {

constexpr ExactKey kKey{1, 2};

struct Collected final : DetectionSink {
  std::vector<Detection> all;
  void detected(const Detection& d) noexcept override { all.push_back(d); }
  void not_searched(Exception, std::uint64_t) noexcept override {}
};

std::vector<Detection> scan(const std::shared_ptr<const Program>& program, Bytes text, std::size_t step) {
  Scratch scratch;
  Collected sink;
  ContentScanner scanner(program);
  scanner.begin();
  for (std::size_t at = 0; at < text.size(); at += step)
    scanner.scan(text.subspan(at, std::min(step, text.size() - at)), scratch, sink);
  scanner.end(scratch, sink);
  return sink.all;
}

std::string sample() {
  ExactDataBuilder builder({{"name", Normalisation::text}, {"account", Normalisation::digits}}, kKey);
  builder.add_row({"Jane Doe", "12345678"});
  builder.add_row({"Jane Doe", "87654321"});
  return builder.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string good = sample();
  // A good set with bytes of the input in place of its own: noise alone has no magic and no key check.
  std::string bytes = good;
  std::size_t used = 0;
  for (; used + 3 <= size && used < 48; used += 3) {
    const std::size_t at = (data[used] | std::size_t{data[used + 1]} << 8) % (bytes.size() + 16);
    if (at < bytes.size()) bytes[at] = static_cast<char>(data[used + 2]);
    else bytes.resize(at - 8);
  }
  seal_exact_data(bytes, kKey);
  std::string message;
  const auto set = ExactDataSet::read(bytes, kKey, message);
  if (set == nullptr) return message.empty() ? (std::abort(), 0) : 0;
  SensorSpec sensor;
  sensor.name = "s";
  sensor.detectors = {"x"};
  ProgramSpec spec{{sensor}, {}};
  spec.exact_data.push_back({"x", set});
  ProgramError error{};
  const auto program = Program::compile(spec, error, message);
  std::vector<std::uint8_t> text(data + used, data + size);
  for (const char c : std::string("Jane Doe, 1234-5678; jane doe 87654321 ")) text.push_back(static_cast<std::uint8_t>(c));
  const auto whole = scan(program, text, text.size());
  const auto cut = scan(program, text, 1 + size % 7);
  const auto same = [](const Detection& a, const Detection& b) {
    return a.offset == b.offset && a.length == b.length && a.confidence == b.confidence && a.key_view() == b.key_view();
  };
  if (!std::equal(whole.begin(), whole.end(), cut.begin(), cut.end(), same)) {
    std::fprintf(stderr, "cuts change the detections\n");
    std::abort();
  }
  return 0;
}
