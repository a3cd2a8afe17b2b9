#include "source/bench_run.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "bulkhead/unique_fd.hpp"
#include "source/capture_reader.hpp"
#include "source/memory_read.hpp"
#include "source/random_key.hpp"
#include "source/read_ahead.hpp"
#include "source/worker_clock.hpp"

namespace bulkhead {
namespace {

/// So many packets ahead, memory is asked for. One is a little less than it takes to come.
constexpr std::size_t kAhead = 2;

/// The packets of some captures, one behind the other in memory.
struct LoadedCaptures {
  std::vector<std::uint8_t> bytes;
  std::vector<RawPacket> packets;  ///< `data` is set once all are loaded: the vector moves while it grows
  std::vector<std::size_t> offsets;
};

class CountingSink final : public EventSink {
 public:
  void on_event(const Event& event) noexcept override { findings += event.kind == EventKind::finding ? 1 : 0; }
  std::uint64_t findings = 0;
};

SourceFailure load(const std::string& path, LoadedCaptures& into) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return {SourceError::unreadable, path + " cannot be opened: " + std::strerror(errno)};
  ByteInput input(fd.get());
  CaptureReader reader(input);
  RawPacket packet;
  while (reader.next(packet)) {
    into.offsets.push_back(into.bytes.size());
    into.bytes.insert(into.bytes.end(), packet.data.begin(), packet.data.end());
    into.packets.push_back(packet);
  }
  SourceFailure failure = reader.failure();
  if (failure.failed()) failure.message = path + ": " + failure.message;
  return failure;
}

double seconds_since(clockid_t clock, std::uint64_t start_ns) noexcept {
  return static_cast<double>(clock_ns(clock) - start_ns) / 1e9;
}

}  // namespace

BenchResult run_bench(const std::vector<std::string>& paths, const std::shared_ptr<const Program>& program,
                      double seconds) {
  BenchResult result;
  LoadedCaptures loaded;
  for (const std::string& path : paths) {
    result.failure = load(path, loaded);
    if (result.failure.failed()) return result;
  }
  for (std::size_t i = 0; i < loaded.packets.size(); ++i) {
    const std::size_t size = loaded.packets[i].data.size();
    loaded.packets[i].data = {loaded.bytes.data() + loaded.offsets[i], size};
  }
  result.packets = loaded.packets.size();
  result.bytes = loaded.bytes.size();

  EngineConfig config;
  fill_hash_key(config);
  CountingSink sink;
  Engine engine(config, sink);
  engine.set_program(0, program);
  volatile std::uint64_t kept = 0;  // what is read must be used, or the compiler would not read it
  const std::uint64_t start = clock_ns(CLOCK_MONOTONIC);
  do {
    const std::uint64_t findings_before = sink.findings;
    const std::uint64_t pass = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    for (std::size_t i = 0; i < loaded.packets.size(); ++i) {
      if (i + kAhead < loaded.packets.size()) read_ahead(loaded.packets[i + kAhead].data);
      engine.inspect(loaded.packets[i]);
    }
    engine.finish();
    result.inspect_seconds += seconds_since(CLOCK_THREAD_CPUTIME_ID, pass);
    result.findings = sink.findings - findings_before;
    ++result.passes;
    const std::uint64_t read = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    kept = kept + read_all(loaded.bytes);
    result.memory_read_seconds += seconds_since(CLOCK_THREAD_CPUTIME_ID, read);
  } while (seconds_since(CLOCK_MONOTONIC, start) < seconds);

  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  result.peak_rss_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1'024;
  return result;
}

}  // namespace bulkhead
