#include "bulkhead/command_run.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include "namespace_thread.hpp"
#include "netlink.hpp"

namespace bulkhead::nftables {
namespace {

struct FreeContext {
  void operator()(nft_ctx* context) const noexcept { nft_ctx_free(context); }
};
using Context = std::unique_ptr<nft_ctx, FreeContext>;

struct Job {
  const CommandRun& run;
  CommandResult result;
};

/// libnftables ends the process when it cannot open its netlink socket (no descriptor left, say): one is tried first.
int try_netlink() noexcept {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

bool says_not_permitted(std::string_view error) noexcept {
  return error.find("Operation not permitted") != std::string_view::npos;
}

/// Gives this thread, which lives for one run, descriptors of its own: none but the standard ones. False where the kernel refuses.
bool own_descriptors() noexcept {
  return unshare(CLONE_FILES) == 0 && close_range(STDERR_FILENO + 1, ~0U, 0) == 0;
}

/// Keeps the sockets of a context for the end of the thread, which nobody waits for: closing the last descriptor of one waits, some
/// 13 ms, until the kernel has let go of what the run deleted. The kernel's rules are others before that.
void keep_sockets() noexcept {
  constexpr int kMost = 8;
  for (int fd = STDERR_FILENO + 1; fd <= STDERR_FILENO + kMost; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + kMost + 1);
  }
}

void run_here(Job& job) noexcept {
  const bool owns_descriptors = own_descriptors();
  if (const int error = try_netlink(); error != 0) {
    job.result = {Outcome::kNoResources, "", describe_error("cannot open a netlink socket", error)};
    return;
  }
  const Context context(nft_ctx_new(NFT_CTX_DEFAULT));
  if (!context || nft_ctx_buffer_output(context.get()) != 0 || nft_ctx_buffer_error(context.get()) != 0) {
    job.result = {Outcome::kNoResources, "", "cannot create an nft context"};
    return;
  }
  if (job.run.form == Form::kJson) nft_ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_JSON);
  nft_ctx_set_dry_run(context.get(), job.run.dry_run);

  if (owns_descriptors) keep_sockets();
  const int failed = nft_run_cmd_from_buffer(context.get(), job.run.commands.c_str());
  job.result.output = nft_ctx_get_output_buffer(context.get());
  job.result.error = nft_ctx_get_error_buffer(context.get());
  if (failed == 0) return;
  job.result.outcome = says_not_permitted(job.result.error) ? Outcome::kNotPermitted : Outcome::kRefused;
}

void run_job(void* raw) noexcept { run_here(*static_cast<Job*>(raw)); }

}  // namespace

CommandResult run_commands(const CommandRun& run) noexcept {
  static std::mutex one_at_a_time;

  if (run.commands.size() > kMaxCommandBytes) return {Outcome::kNoResources, "", "the command buffer is too large"};

  Job job{run, {}};
  const std::lock_guard lock(one_at_a_time);
  const EnterResult entered = run_in_namespace(run.namespace_path, run_job, &job);
  if (entered.error == 0) return std::move(job.result);
  return {outcome_of(entered.error, Outcome::kNamespaceUnavailable), "", describe_error(entered.step, entered.error)};
}

}  // namespace bulkhead::nftables
