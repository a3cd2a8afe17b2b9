#pragma once

#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bulkhead::sentinel {

/// A program that was run.
struct RunProgram {
  enum class Verdict : std::uint8_t { kAllow, kAlert, kBlock };

  std::string path;
  std::optional<std::uint32_t> user;  ///< none where the process had ended before it could be told
  std::optional<bool> from_image;     ///< none where the layers of the image are not known
  Verdict verdict = Verdict::kAllow;

  friend auto operator<=>(const RunProgram&, const RunProgram&) noexcept = default;
};

struct CountedProgram {
  RunProgram program;
  std::uint64_t count = 0;
};

struct CountedPrograms {
  std::vector<CountedProgram> programs;
  std::uint64_t not_counted = 0;  ///< programs that were run and are none of these
};

/// What was run in one container since it was last asked for. For any thread.
class ProgramTable {
 public:
  /// Different programs between two times of asking; a container that runs more has them counted as one number.
  static constexpr std::size_t kMaxPrograms = 512;
  /// The same of all tables together: many containers may make up names.
  static constexpr std::size_t kMaxOfAll = 16'384;
  /// A longer path is none that a rule is written of.
  static constexpr std::size_t kMaxPath = 1'024;

  /// `of_all` is how many programs all tables have, and outlives them.
  explicit ProgramTable(std::atomic<std::size_t>& of_all) noexcept : of_all_(of_all) {}
  ~ProgramTable() { of_all_ -= counts_.size(); }
  ProgramTable(const ProgramTable&) = delete;
  ProgramTable& operator=(const ProgramTable&) = delete;

  /// One without a path has no name that can be told.
  void add(RunProgram program) noexcept;
  /// Something was run of which nothing is known.
  void leave_out() noexcept;
  [[nodiscard]] CountedPrograms take() noexcept;

 private:
  std::atomic<std::size_t>& of_all_;
  std::mutex mutex_;
  std::map<RunProgram, std::uint64_t> counts_;
  std::uint64_t not_counted_ = 0;
};

}  // namespace bulkhead::sentinel
