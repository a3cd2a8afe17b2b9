#include "source/program_table.hpp"

#include <utility>

namespace bulkhead::sentinel {

void ProgramTable::add(RunProgram program) noexcept {
  if (program.path.empty() || program.path.size() > kMaxPath) return leave_out();
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(program);
  if (found != counts_.end()) {
    ++found->second;
  } else if (counts_.size() < kMaxPrograms && of_all_ < kMaxOfAll) {
    // Two tables may see the last place at once, and both take it.
    counts_.emplace(std::move(program), 1);
    ++of_all_;
  } else {
    ++not_counted_;
  }
}

void ProgramTable::leave_out() noexcept {
  const std::lock_guard lock(mutex_);
  ++not_counted_;
}

CountedPrograms ProgramTable::take() noexcept {
  std::map<RunProgram, std::uint64_t> counts;
  CountedPrograms taken;
  {
    const std::lock_guard lock(mutex_);
    counts.swap(counts_);
    of_all_ -= counts.size();
    taken.not_counted = std::exchange(not_counted_, 0);
  }
  taken.programs.reserve(counts.size());
  while (!counts.empty()) {
    auto entry = counts.extract(counts.begin());
    taken.programs.push_back({std::move(entry.key()), entry.mapped()});
  }
  return taken;
}

}  // namespace bulkhead::sentinel
