#include <dirent.h>
#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "reading/decimal.hpp"
#include "reading/open_flags.hpp"
#include "source/container.hpp"

/// What a container writes that nobody is asked about.
namespace bulkhead::sentinel {
namespace {

/// The descriptors of a process, as a folder of /proc; closed at its end.
class Descriptors {
 public:
  Descriptors(int proc, std::int32_t process) noexcept {
    const int folder = ::openat(proc, ProcName(process, "fd").text.data(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    entries_ = ::fdopendir(folder);
    if (entries_ == nullptr) ::close(folder);
  }
  ~Descriptors() {
    if (entries_ != nullptr) ::closedir(entries_);
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;

  /// The number of the next, nothing after the last.
  [[nodiscard]] std::optional<std::int32_t> next() noexcept {
    while (const dirent* entry = entries_ == nullptr ? nullptr : ::readdir(entries_)) {
      std::string_view name(entry->d_name);
      if (const auto number = take_number<std::int32_t>(name)) return number;
    }
    return std::nullopt;
  }

 private:
  DIR* entries_ = nullptr;
};

/// A link or file of a descriptor below /proc.
ProcName descriptor_name(std::int32_t process, const char* folder, std::int32_t descriptor) noexcept {
  std::array<char, 24> file;
  std::snprintf(file.data(), file.size(), "%s/%d", folder, descriptor);
  return {process, file.data()};
}

bool is_open_to_be_written(int proc, std::int32_t process, std::int32_t descriptor) noexcept {
  std::array<char, 128> text;
  const auto flags = parse_open_flags(read_start(proc, descriptor_name(process, "fdinfo", descriptor).text.data(), text));
  return flags && (*flags & O_PATH) == 0 && (*flags & O_ACCMODE) != O_RDONLY;
}

/// What a file was called as it was written. Where it has another name this one may have been removed since, as by who writes a file,
/// links it to its place and removes the first name: it will be written by that again.
std::optional<std::string> name_written(const FileNames& names, int file, const FileIdentity& identity) noexcept {
  std::optional<FileName> name = names.name_of(file, identity);
  if (!name) return std::nullopt;
  if (identity.links > 0 && name->path.ends_with(kDeleted)) name->path.resize(name->path.size() - kDeleted.size());
  return std::move(name->path);
}

}  // namespace

bool Container::take_writes() noexcept {
  if (!write_group_.valid()) return false;
  alignas(fanotify_event_metadata) std::array<char, kAtOnce * sizeof(fanotify_event_metadata)> buffer;
  const auto begin = std::chrono::steady_clock::now();
  const ssize_t length = ::read(write_group_.get(), buffer.data(), writes_at_once_ * sizeof(fanotify_event_metadata));
  if (length < 0) {
    if (errno == EAGAIN || errno == EINTR) return false;
    // The kernel opens what it tells of, and keeps nothing for another time. A device may not be there.
    if (errno != ENXIO && errno != ENODEV) learnt_.files->leave_out();
    return true;
  }
  const auto* metadata = reinterpret_cast<const fanotify_event_metadata*>(buffer.data());
  for (ssize_t left = length; FAN_EVENT_OK(metadata, left); metadata = FAN_EVENT_NEXT(metadata, left)) {
    if ((metadata->mask & FAN_Q_OVERFLOW) != 0) learnt_.files->leave_out();
    if (metadata->fd < 0) continue;
    const UniqueFd file(metadata->fd);
    notice_write({file.get(), metadata->pid, false});
  }
  writes_at_once_ = std::chrono::steady_clock::now() - begin > kLongTurn ? 1 : kAtOnce;
  return true;
}

void Container::notice_write(const Asked& asked) noexcept {
  FileIdentity identity;
  if (!identify(asked.file, "", identity)) return learnt_.files->leave_out();
  if (!S_ISREG(identity.mode)) return ignore_writes(asked.file);
  const std::optional<Whereabouts> found = find(asked.thread);
  if (!found) return;
  const FileNames names(machine_.proc(), mounts_, current_, found->copy);
  std::optional<std::string> name = name_written(names, asked.file, identity);
  if (!name) return learnt_.files->leave_out();
  const std::shared_ptr<const ContainerRules> rules = current_rules();
  // Counted as it was opened, by the name that it had then.
  if (rules->ask_of_files() && speak_of_file(*rules, PathText(*name).view())) return;
  WrittenFile written{.path = std::move(*name), .executable = {}};
  if (found->is_there) written.executable = ProcessView(machine_.proc(), asked.thread, names).told_executable();
  learnt_.files->add(std::move(written));
}

void Container::ignore_writes(int file) noexcept {
  if (ignored_ >= kMaxIgnored) return;
  ++ignored_;
  std::array<char, 32> path;
  std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", file);
  constexpr unsigned kIgnore = FAN_MARK_ADD | FAN_MARK_IGNORED_MASK | FAN_MARK_IGNORED_SURV_MODIFY;
  ::fanotify_mark(write_group_.get(), kIgnore, FAN_CLOSE_WRITE, AT_FDCWD, path.data());
}

void Container::note_open(std::span<const std::int32_t> processes) noexcept {
  if (!current_rules()->learn_files) return;
  MountTable table;
  {
    const std::lock_guard lock(open_);
    table = read_mounts();
  }
  const MountTable none;
  const FileNames names(machine_.proc(), mounts_, table, none);
  std::size_t looks = 0;
  for (const std::int32_t process : processes) {
    PathBuffer buffer;
    // It was found a while ago: its number may be that of a process somewhere else by now.
    if (read_link(machine_.proc(), ProcName(process, "ns/mnt").text.data(), buffer) != namespace_) continue;
    ProcessView view(machine_.proc(), process, names);
    Descriptors descriptors(machine_.proc(), process);
    while (const auto descriptor = descriptors.next()) {
      if (++looks > kMaxDescriptors) return;
      const ProcName link = descriptor_name(process, "fd", *descriptor);
      const std::string_view text = read_link(machine_.proc(), link.text.data(), buffer);
      if (!text.starts_with('/') || !is_open_to_be_written(machine_.proc(), process, *descriptor)) continue;
      const UniqueFd file = names.open_link(link.text.data(), text);
      FileIdentity identity;
      if (!file.valid() || !identify(file.get(), "", identity) || !S_ISREG(identity.mode)) continue;
      const Mount* mount = table.find(identity.mount);
      // As elsewhere, what /proc shows is no file that is asked about; and what is on no mount of the container was opened before it.
      if (mount == nullptr || mount->type == "proc") continue;
      std::optional<std::string> name = name_written(names, file.get(), identity);
      if (!name) continue;
      learnt_.files->add({.path = std::move(*name), .executable = std::string(view.told_executable())});
    }
  }
}

}  // namespace bulkhead::sentinel
