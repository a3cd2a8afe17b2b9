#include "source/recording.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

#include <doctest/doctest.h>

#include "source/private_network.hpp"
#include "source/read_capture.hpp"

using namespace bulkhead;
using namespace bulkhead::test;

namespace {

/// A file without a name.
struct ScratchFile {
  ScratchFile() : file(std::tmpfile()), fd(::fileno(file)) {}
  ~ScratchFile() { std::fclose(file); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    struct stat status {};
    ::fstat(fd, &status);
    std::vector<std::uint8_t> all(static_cast<std::size_t>(status.st_size));
    CHECK(::pread(fd, all.data(), all.size(), 0) == static_cast<ssize_t>(all.size()));
    return all;
  }

  std::FILE* file;
  int fd;
};

constexpr std::uint32_t kLong = 600'000;

}  // namespace

TEST_SUITE("recording") {
  TEST_CASE("holds every packet until it is stopped, also those of its last moment") {
    PrivateNetwork network;
    if (!network.usable()) {
      MESSAGE("skipped: this process may not make network namespaces");
      return;
    }
    const ScratchFile file;
    SourceFailure failure;
    const auto recording = Recording::open({network.path(), file.fd, kLong, 1 << 20}, failure);
    REQUIRE_MESSAGE(recording != nullptr, failure.message);
    RecordingResult result;
    std::thread thread([&] { result = recording->run(); });
    for (int i = 0; i < 9; ++i) network.send_udp("datagram " + std::to_string(i));
    recording->stop();
    thread.join();

    // Nobody listens: each datagram is answered with an ICMP message.
    CHECK(result.packets == 18);
    CHECK(result.lost == 0);
    CHECK_FALSE(result.full);
    const auto bytes = file.bytes();
    CHECK(bytes.size() == result.bytes);
    CHECK(read_all_of(bytes).packets.size() == 18);
  }

  TEST_CASE("ends when the file is full, and never exceeds its bound") {
    PrivateNetwork network;
    if (!network.usable()) return;
    for (const std::uint64_t max_bytes : {0, 100, 1'000, 20'000}) {
      const ScratchFile file;
      SourceFailure failure;
      const auto recording = Recording::open({network.path(), file.fd, kLong, max_bytes}, failure);
      REQUIRE(recording != nullptr);
      for (int i = 0; i < 40; ++i) network.send_udp(std::string(1'000, 'x'));
      const RecordingResult result = recording->run();

      CHECK(result.full);
      CHECK(result.bytes <= max_bytes);
      CHECK(file.bytes().size() == result.bytes);
    }
  }

  TEST_CASE("ends when its time is over, and is no file where nothing passed") {
    PrivateNetwork network;
    if (!network.usable()) return;
    const ScratchFile file;
    SourceFailure failure;
    const auto recording = Recording::open({network.path(), file.fd, 1, 1 << 20}, failure);
    REQUIRE(recording != nullptr);
    const RecordingResult result = recording->run();
    CHECK(result.packets == 0);
    CHECK(result.bytes == 0);
    CHECK_FALSE(result.failure.failed());
  }

  TEST_CASE("says why it cannot") {
    SourceFailure failure;
    CHECK(Recording::open({"/proc/self/ns/none", -1, 1, 1}, failure) == nullptr);
    CHECK(failure.error == SourceError::namespace_unavailable);

    PrivateNetwork network;
    if (!network.usable()) return;
    failure = {};
    const auto recording = Recording::open({network.path(), -1, kLong, 1 << 20}, failure);
    REQUIRE(recording != nullptr);
    network.send_udp("nowhere to go");
    CHECK(recording->run().failure.error == SourceError::unwritable);
  }
}
