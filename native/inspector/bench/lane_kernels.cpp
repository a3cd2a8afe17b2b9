// What the lane's kernels cost for each kind of processor, in turn over the same bytes, so that a slow moment of the
// machine meets all of them. Deterministic input; best of many rounds.
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "lane/find_events.hpp"
#include "lane/sift.hpp"

using namespace bulkhead;
using namespace bulkhead::lane;

namespace {

/// In the second-level cache, as packets are that were just received.
constexpr std::size_t kSize = 256U << 10;
constexpr int kRounds = 400;

struct Random {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL;
  std::uint64_t next() {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
  }
};

double now_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

struct Kernels {
  std::string name;
  FindEvents find;
  SiftEvents sift;
  double find_ns, both_ns;
  std::size_t events, left;
};

std::string json() {
  Random random;
  std::string out;
  const auto digits = [&](int n) {
    std::string text;
    while (n-- > 0) text += static_cast<char>('0' + random.next() % 10);
    return text;
  };
  while (out.size() < kSize)
    out += R"({"orderId":)" + digits(16) + R"(,"createdAt":17)" + digits(11) + R"(,"sku":"A-)" + digits(8) +
           R"(","ean":")" + digits(13) + R"(","price":)" + digits(3) + "." + digits(2) +
           R"(,"email":"jo@example.com","title":"A plain thing of good make, blue, with handle"},)";
  out.resize(kSize);
  return out;
}

std::string noise() {
  Random random;
  std::string out(kSize, ' ');
  for (char& byte : out) byte = static_cast<char>(random.next());
  return out;
}

void run(Kernels& kernels, const std::vector<std::uint8_t>& bytes, detect::NumbersWanted wanted) {
  std::uint16_t positions[kMaxEvents];
  const std::uint8_t* const from = bytes.data() + kFindLookBack;
  const double start = now_ns();
  kernels.events = 0;
  for (std::size_t at = 0; at < kSize; at += kChunk) kernels.events += kernels.find(from + at, kChunk, positions);
  const double found = now_ns();
  // Right behind the finder, as the scanner does: the chunk is in the first-level cache then.
  kernels.left = 0;
  for (std::size_t at = 0; at < kSize; at += kChunk)
    kernels.left += kernels.sift(from + at, positions, kernels.find(from + at, kChunk, positions), wanted);
  const double sifted = now_ns();
  kernels.find_ns = std::min(kernels.find_ns, found - start);
  kernels.both_ns = std::min(kernels.both_ns, sifted - found);
}

template <Finds Wanted>
void add_kernels(std::vector<Kernels>& all, const std::string& suffix) {
  all.push_back({"scalar" + suffix, find_events_scalar<Wanted>, sift_scalar, 1e18, 1e18, 0, 0});
  if (cpu_has_avx2()) all.push_back({"AVX2" + suffix, find_events_avx2<Wanted>, sift_avx2, 1e18, 1e18, 0, 0});
  if (cpu_has_avx512()) all.push_back({"AVX-512" + suffix, find_events_avx512<Wanted>, sift_avx512, 1e18, 1e18, 0, 0});
}

}  // namespace

int main() {
  const struct {
    const char* name;
    std::string text;
  } corpora[] = {{"JSON", json()}, {"random bytes", noise()}};
  detect::DetectorSet numbers;
  for (const std::size_t detector : {detect::kPaymentCard, detect::kUsSsn, detect::kPhone}) numbers.add(detector);
  const detect::NumbersWanted wanted = detect::numbers_wanted(numbers);
  for (const auto& corpus : corpora) {
    std::vector<std::uint8_t> bytes(kFindLookBack, ' ');
    bytes.insert(bytes.end(), corpus.text.begin(), corpus.text.end());
    std::vector<Kernels> all;
    add_kernels<Finds::secrets>(all, "");
    add_kernels<Finds::names_too>(all, " with names");
    for (int round = 0; round < kRounds; ++round)
      for (Kernels& kernels : all) run(kernels, bytes, wanted);
    std::printf("%s\n", corpus.name);
    for (const Kernels& kernels : all) {
      const auto blocks = static_cast<double>(kSize / kBlock);
      std::printf("  %-18s find %6.2f ns for 64 bytes   sift %6.2f ns more   %zu events, %zu left\n", kernels.name.c_str(),
                  kernels.find_ns / blocks, (kernels.both_ns - kernels.find_ns) / blocks, kernels.events,
                  kernels.left);
    }
  }
  return EXIT_SUCCESS;
}
