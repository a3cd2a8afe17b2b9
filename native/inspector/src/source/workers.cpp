#include "source/workers.hpp"

#include <algorithm>
#include <utility>

#include "decide/client_windows.hpp"
#include "source/namespace_entry.hpp"
#include "source/random_key.hpp"
#include "source/reset_sender.hpp"
#include "source/worker.hpp"

namespace bulkhead {
namespace {

SourceFailure stopped() { return {SourceError::queue_unavailable, "the workers are stopped"}; }
SourceFailure unwatchable() {
  return {SourceError::queue_unavailable,
          "the worker can take no further source: it has " + std::to_string(Worker::kMaxEngines) +
              " different sets of exception policies, or no file descriptors left"};
}

}  // namespace

Workers::Workers(const WorkersOptions& options, WorkersOutput& output) : options_(options) {
  EngineConfig key;
  fill_hash_key(key);
  const auto clients = std::make_shared<ClientWindows>(key.hash_key[0], key.hash_key[1]);
  const unsigned threads = std::clamp(options.threads, 1U, kMaxThreads);
  for (unsigned i = 0; i < threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(options_, output, i, clients));
    loads_[workers_.back().get()] = 0;
  }
}

Workers::~Workers() { stop(); }

Worker* Workers::least_loaded() noexcept {
  Worker* best = nullptr;
  for (const auto& worker : workers_)
    if (best == nullptr || loads_[worker.get()] < loads_[best]) best = worker.get();
  return best;
}

Worker* Workers::owner_of(std::uint32_t number) noexcept {
  const auto found = owners_.find(number);
  return found == owners_.end() ? nullptr : found->second;
}

SourceFailure Workers::add_queue(std::uint32_t number, const QueueOptions& options,
                                 const SourceSettings& settings) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = least_loaded();
  if (worker == nullptr) return stopped();
  SourceFailure failure;
  std::unique_ptr<NfQueue> queue = NfQueue::open(options, failure);
  if (queue == nullptr) return failure;
  std::unique_ptr<ResetSender> resets;
  failure = run_in_namespace(options.netns, [&] {
    resets = std::make_unique<ResetSender>();
    return SourceFailure{};
  });
  if (failure.failed()) return failure;
  bool added = false;
  worker->call([&] { added = worker->add_queue(number, std::move(queue), std::move(resets), settings); });
  if (!added) return unwatchable();
  owners_[number] = worker;
  ++loads_[worker];
  return {};
}

SourceFailure Workers::add_tap(std::uint32_t number, const TapOptions& options, const SourceSettings& settings) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = least_loaded();
  if (worker == nullptr) return stopped();
  SourceFailure failure;
  std::unique_ptr<Tap> tap = Tap::open(options, failure);
  if (tap == nullptr) return failure;
  bool added = false;
  worker->call([&] { added = worker->add_tap(number, std::move(tap), settings); });
  if (!added) return unwatchable();
  owners_[number] = worker;
  ++loads_[worker];
  return {};
}

bool Workers::set_program(std::uint32_t number, NumberedProgram program) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = owner_of(number);
  if (worker == nullptr) return false;
  worker->call([&] { worker->set_program(number, std::move(program)); });
  return true;
}

bool Workers::set_applications(std::uint32_t number, std::shared_ptr<const ApplicationRules> rules) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = owner_of(number);
  if (worker == nullptr) return false;
  worker->call([&] { worker->set_applications(number, std::move(rules)); });
  return true;
}

bool Workers::remove(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = owner_of(number);
  if (worker == nullptr) return false;
  worker->call([&] { worker->remove(number); });
  owners_.erase(number);
  --loads_[worker];
  return true;
}

std::vector<ConversationRecord> Workers::take_conversations(std::uint32_t number) {
  const std::lock_guard lock(mutex_);
  Worker* const worker = owner_of(number);
  std::vector<ConversationRecord> taken;
  if (worker != nullptr) worker->call([&] { taken = worker->take_conversations(number); });
  return taken;
}

WorkersCounters Workers::counters() {
  const std::lock_guard lock(mutex_);
  return workers_.empty() ? final_ : sum_counters();
}

WorkersCounters Workers::sum_counters() {
  WorkersCounters sum;
  for (const auto& worker : workers_) worker->call([&] { worker->add_counters(sum); });
  return sum;
}

void Workers::stop() {
  const std::lock_guard lock(mutex_);
  if (workers_.empty()) return;
  final_ = sum_counters();
  workers_.clear();
  owners_.clear();
  loads_.clear();
}

}  // namespace bulkhead
