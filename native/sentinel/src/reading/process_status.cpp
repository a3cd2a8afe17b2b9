#include "reading/process_status.hpp"

#include "reading/decimal.hpp"

namespace bulkhead::sentinel {

std::optional<ProcessStatus> parse_status(std::string_view text) noexcept {
  std::optional<std::int32_t> process;
  std::optional<std::int32_t> parent;
  std::optional<std::uint32_t> user;
  std::optional<std::uint32_t> real_user;
  // The first line is the thread's name, which the process chooses; the kernel escapes its line ends.
  while (!text.empty() && !(process && user)) {
    std::string_view line = take_until(text, '\n');
    const std::string_view key = take_until(line, '\t');
    if (key == "Tgid:") process = take_number<std::int32_t>(line);
    if (key == "PPid:") parent = take_number<std::int32_t>(line);
    if (key == "Uid:") {
      std::string_view real = take_until(line, '\t');
      real_user = take_number<std::uint32_t>(real);
      user = take_number<std::uint32_t>(line);
    }
  }
  if (!process || !user) return std::nullopt;
  return ProcessStatus{*process, parent.value_or(0), *user, real_user.value_or(*user)};
}

}  // namespace bulkhead::sentinel
