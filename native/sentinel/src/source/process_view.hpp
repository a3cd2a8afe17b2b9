#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reading/process_status.hpp"
#include "rule/judge.hpp"
#include "source/file_names.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {

/// A thread that waits for an answer, seen through /proc. It does not move while it waits.
class ProcessView final : public Asker {
 public:
  ProcessView(int proc, std::int32_t thread, const FileNames& names) noexcept
      : proc_(proc), thread_(thread), names_(names) {}

  /// Empty where its program has no name that can be told.
  [[nodiscard]] std::u16string_view executable() noexcept override;
  [[nodiscard]] std::uint32_t user() noexcept override { return status().user; }
  /// For people: also what only the process itself says of its program.
  [[nodiscard]] std::string_view told_executable() noexcept;
  [[nodiscard]] const ProcessStatus& status() noexcept;

 private:
  void look_at_program() noexcept;

  int proc_;
  std::int32_t thread_;
  const FileNames& names_;
  std::optional<ProcessStatus> status_;
  PathBuffer link_buffer_;
  std::string_view link_;
  std::optional<std::string> name_;
  std::optional<PathText> text_;
};

}  // namespace bulkhead::sentinel
