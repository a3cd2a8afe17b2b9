#pragma once

#include <compare>
#include <mutex>
#include <string>

#include "source/count_table.hpp"
#include "source/shared_total.hpp"
#include "source/verdict.hpp"
#include "source/written_names.hpp"

namespace bulkhead::sentinel {

/// A file that was written, or that was asked for to be written.
struct WrittenFile {
  std::string path;
  bool is_folder = false;  ///< any file below the path
  std::string executable;  ///< who wrote; empty where that could not be told any more
  Verdict verdict = Verdict::kAllow;

  friend auto operator<=>(const WrittenFile&, const WrittenFile&) noexcept = default;
};

/// How many names and counts all containers have.
struct FileTotals {
  SharedTotal counted{CountTable<WrittenFile>::kMostOfAll};
  SharedTotal names{WrittenNames::kMostOfAll};
};

/// The files that one container wrote since it was last asked for, summed by folders where they have names without end. For any
/// thread.
class FileTable {
 public:
  /// `totals` are of all tables, and outlive them.
  explicit FileTable(FileTotals& totals) noexcept : names_(totals.names), counts_(totals.counted) {}

  /// `file.path` is the file's own; one without a path has no name that can be told.
  void add(WrittenFile file) noexcept;
  /// Something was written of which nothing is known.
  void leave_out() noexcept { counts_.leave_out(); }
  [[nodiscard]] Counts<WrittenFile> take() noexcept { return counts_.take(); }

 private:
  std::mutex mutex_;
  WrittenNames names_;
  CountTable<WrittenFile> counts_;
};

}  // namespace bulkhead::sentinel
