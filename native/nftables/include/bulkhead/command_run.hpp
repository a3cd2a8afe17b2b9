#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace bulkhead::nftables {

/// A ruleset is a few hundred short commands; a buffer beyond this is a mistake of the caller, refused before any work.
inline constexpr std::size_t kMaxCommandBytes = std::size_t{4} << 20;

/// How the commands are written, and how nft answers.
enum class Form : std::uint8_t {
  kText,  ///< nft's own language
  kJson,  ///< an object {"nftables": [...]} as in libnftables-json(5)
};

struct CommandRun {
  std::string namespace_path;  ///< such as /run/netns/x or /proc/1/ns/net; empty for the caller's own namespace
  std::string commands;
  Form form = Form::kJson;
  bool dry_run = false;  ///< the kernel judges every command, then discards them all
};

enum class Outcome : std::uint8_t {
  kDone,
  kNotPermitted,          ///< the process lacks CAP_SYS_ADMIN or CAP_NET_ADMIN
  kNamespaceUnavailable,  ///< the path does not lead to a network namespace
  kRefused,               ///< nft or the kernel said no; nothing was changed
  kNoResources,           ///< no thread, socket or memory to run it with, or the buffer is too large
};

struct CommandResult {
  Outcome outcome = Outcome::kDone;
  std::string output;  ///< what nft printed
  std::string error;   ///< what nft or the system said, unchanged
};

/// Runs all commands as one transaction inside a network namespace: the kernel takes all of them or none.
///
/// Blocks its caller until the kernel answered. The namespace is entered by a thread that is made for this run and ends
/// with it, so no thread of the caller ever changes its namespace. Safe to call from several threads; runs are
/// serialised, because libnftables keeps process-wide caches (interface names, xtables).
CommandResult run_commands(const CommandRun& run) noexcept;

}  // namespace bulkhead::nftables
