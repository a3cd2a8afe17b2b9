#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "reading/process_status.hpp"
#include "rule/judge.hpp"
#include "source/proc_files.hpp"

namespace bulkhead::sentinel {

/// A thread that waits for an answer, seen through /proc. It does not move while it waits.
class ProcessView final : public Asker {
 public:
  ProcessView(int proc, std::int32_t thread) noexcept : proc_(proc), thread_(thread) {}

  [[nodiscard]] std::u16string_view executable() noexcept override;
  [[nodiscard]] std::uint32_t user() noexcept override { return status().user; }
  [[nodiscard]] std::string_view executable_bytes() noexcept;
  [[nodiscard]] const ProcessStatus& status() noexcept;

 private:
  int proc_;
  std::int32_t thread_;
  std::optional<ProcessStatus> status_;
  std::optional<std::string_view> executable_;
  PathBuffer buffer_;
  std::optional<PathText> text_;
};

}  // namespace bulkhead::sentinel
