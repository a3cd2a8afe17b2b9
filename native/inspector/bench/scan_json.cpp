// Scan rates over HTTP/JSON-like bodies: all detectors, each lane alone, several span sizes, beside a plain read of
// the same bytes. Deterministic input; best of several runs.
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "bulkhead/detector.hpp"
#include "bulkhead/scanner.hpp"
#include "decide/program_impl.hpp"

using namespace bulkhead;

namespace {

constexpr std::size_t kSize = 40U << 20;
constexpr int kRuns = 7;

struct Random {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::string digits(std::size_t n) {
    std::string out;
    while (n-- > 0) out += static_cast<char>('0' + below(10));
    return out;
  }
  std::string hex(std::size_t n) {
    std::string out;
    while (n-- > 0) out += "0123456789abcdef"[below(16)];
    return out;
  }
};

std::string luhn_card(Random& random) {
  std::string number(1, '4');
  number += random.digits(14);
  int sum = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    int d = number[number.size() - 1 - i] - '0';
    if (i % 2 == 0) d = d >= 5 ? 2 * d - 9 : 2 * d;
    sum += d;
  }
  return number + static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// Orders with ids, times, UUIDs and prices; `data`: also e-mail addresses, cards and SSNs (about 420, 45 and 27 in
/// each MB).
std::string make_json(bool data) {
  Random random;
  std::string out;
  out.reserve(kSize + 4096);
  while (out.size() < kSize) {
    out += R"({"orderId":)" + random.digits(16) + R"(,"traceId":")" + random.hex(32) + R"(","createdAt":17)" +
           random.digits(11) + R"(,"uuid":")" + random.hex(8) + "-" + random.hex(4) + "-" + random.hex(4) + "-" +
           random.hex(4) + "-" + random.hex(12) + R"(","customer":{"name":"Jo Doe","city":"Springfield","zip":")" +
           random.digits(5) + R"("},"items":[)";
    for (int i = 0; i < 4; ++i)
      out += R"({"sku":"A-)" + random.digits(8) + R"(","ean":")" + random.digits(13) + R"(","price":)" +
             random.digits(3) + "." + random.digits(2) + R"(,"quantity":)" + random.digits(1) +
             R"(,"title":"A plain thing of good make, blue, with handle"},)";
    if (data && random.below(100) < 33) out += R"("email":"jo.)" + random.hex(6) + R"(@example.com",)";
    if (data && random.below(1000) < 35) out += R"("cardNumber":")" + luhn_card(random) + R"(",)";
    if (data && random.below(1000) < 21) out += R"("ssn":"536-)" + random.digits(2) + "-" + random.digits(4) + R"(",)";
    out += R"("note":"Leave it at the door, please. Thank you very much for the quick delivery last time."]})";
    out += '\n';
  }
  out.resize(kSize);
  return out;
}

std::string make_html() {
  std::string out;
  Random random;
  while (out.size() < kSize)
    out += "<div class=\"row item\"><p>Some words of text that say <b>nothing</b> about " + random.hex(3) +
           " and go on for a while, as pages do.</p><a href=\"/page/" + random.digits(3) + "\">more</a></div>\n";
  out.resize(kSize);
  return out;
}

/// What a file that was compressed or encrypted elsewhere looks like.
std::string make_noise() {
  std::string out(kSize, '\0');
  Random random;
  for (std::size_t i = 0; i + 8 <= out.size(); i += 8) {
    const std::uint64_t word = random.next();
    std::memcpy(out.data() + i, &word, 8);
  }
  return out;
}

struct Counter final : DetectionSink {
  std::size_t count = 0;
  std::size_t sure = 0;
  void not_searched(Exception, std::uint64_t) noexcept override {}
  void detected(const Detection& d) noexcept override {
    ++count;
    sure += d.confidence >= Confidence::medium;
  }
};

/// CPU time of this thread: what other processes do in between is not counted.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double read_rate(const std::string& text) {
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    const double start = now();
    std::uint64_t sum[8] = {};
    for (std::size_t i = 0; i + 64 <= text.size(); i += 64) {
      std::uint64_t words[8];
      std::memcpy(words, text.data() + i, 64);
      for (int k = 0; k < 8; ++k) sum[k] += words[k];
    }
    const double seconds = now() - start;
    volatile std::uint64_t keep = sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
    static_cast<void>(keep);
    best = std::max(best, static_cast<double>(text.size()) / seconds / 1e9);
  }
  return best;
}

std::shared_ptr<const Program> program_of(const std::vector<std::string>& detectors, bool literal) {
  ProgramSpec spec;
  spec.sensors.push_back({"bench", detectors, Confidence::low, 1, Verdict::alert, DirectionScope::both});
  if (literal)
    for (const char* text : {"EICAR-STANDARD-ANTIVIRUS-TEST-FILE", "AKIAIOSFODNN7EXAMPLE", "-----BEGIN CERTIFICATE",
                             "X-Internal-Only", "Project Nightingale", "do-not-forward"})
      spec.literals.push_back({text, text, false});
  ProgramError error{};
  std::string message;
  auto program = Program::compile(spec, error, message);
  if (program == nullptr) std::fprintf(stderr, "%s\n", message.c_str());
  return program;
}

void measure(const char* name, const std::string& text, const std::shared_ptr<const Program>& program,
             std::size_t span) {
  double best = 0;
  Counter sink;
  for (int run = 0; run < kRuns; ++run) {
    Scratch scratch;
    sink = {};
    ContentScanner scanner(program);
    const double start = now();
    scanner.begin();
    for (std::size_t i = 0; i < text.size(); i += span) {
      const std::size_t n = std::min(span, text.size() - i);
      scanner.scan({reinterpret_cast<const std::uint8_t*>(text.data()) + i, n}, scratch, sink);
    }
    scanner.end(scratch, sink);
    best = std::max(best, static_cast<double>(text.size()) / (now() - start) / 1e9);
  }
  std::printf("  %-34s span %6zu  %6.2f GB/s  %zu detections, %zu medium or high\n", name, span, best, sink.count,
              sink.sure);
}

}  // namespace

int main() {
  std::vector<std::string> all;
  for (const DetectorInfo& info : kDetectors) all.emplace_back(info.id);
  const struct {
    const char* name;
    std::string text;
  } corpora[] = {{"JSON with ids, e-mails, cards, SSNs", make_json(true)},
                 {"JSON with ids only", make_json(false)},
                 {"HTML text", make_html()},
                 {"random bytes", make_noise()}};
  for (const auto& corpus : corpora) {
    std::printf("%s: memory read %.1f GB/s\n", corpus.name, read_rate(corpus.text));
    for (const std::size_t span : {std::size_t{256}, std::size_t{1448}, std::size_t{16384}, std::size_t{65536}})
      measure("all detectors", corpus.text, program_of(all, false), span);
    measure("all detectors, 6 literals", corpus.text, program_of(all, true), 1448);
    measure("literals only", corpus.text, program_of({}, true), 1448);
    measure("payment-card", corpus.text, program_of({"payment-card"}, false), 1448);
    measure("payment-card, us-ssn, iban, phone", corpus.text,
            program_of({"payment-card", "us-ssn", "iban", "phone"}, false), 1448);
    measure("email", corpus.text, program_of({"email"}, false), 1448);
    const std::vector<std::string> tokens(all.begin() + 5, all.end());
    measure("tokens", corpus.text, program_of(tokens, false), 1448);
  }
  return EXIT_SUCCESS;
}
