#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bulkhead/engine.hpp"
#include "source/failure.hpp"

namespace bulkhead {

struct BenchResult {
  std::uint64_t passes = 0;
  std::uint64_t packets = 0;         ///< of one pass
  std::uint64_t bytes = 0;           ///< of one pass, link headers included
  std::uint64_t findings = 0;        ///< of one pass
  double inspect_seconds = 0;        ///< all passes
  double memory_read_seconds = 0;    ///< as many plain reads of the same bytes, between the passes
  std::uint64_t peak_rss_bytes = 0;  ///< of the process
  SourceFailure failure;
};

/// Loads captures into memory and runs the whole engine over them on this thread for about `seconds`. Each pass ends
/// every session, so that the next starts as the first did; each is followed by a plain read of the same bytes. Rates
/// are by the thread's processor time: what else runs on the machine is not counted against either.
BenchResult run_bench(const std::vector<std::string>& paths, const std::shared_ptr<const Program>& program,
                      double seconds);

}  // namespace bulkhead
