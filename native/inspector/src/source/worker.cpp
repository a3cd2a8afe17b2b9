#include "source/worker.hpp"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>

#include "source/random_key.hpp"
#include "source/worker_clock.hpp"

namespace bulkhead {
namespace {

/// Batches taken from one source before the others and the commands have their turn.
constexpr int kTurns = 8;
/// Batches answered when a queue is given up: more than it can hold.
constexpr int kDrainTurns = 2'048;
constexpr int kPollEvents = 64;
constexpr std::uint64_t kHousekeepingNs = 1'000'000'000;

EngineConfig engine_config(const EngineLimits& limits, const ExceptionPolicies& exceptions, bool inline_mode,
                           const std::shared_ptr<ClientWindows>& clients) {
  EngineConfig config;
  config.limits = limits;
  config.exceptions = exceptions;
  config.inline_mode = inline_mode;
  config.clients = clients;
  fill_hash_key(config);
  return config;
}

}  // namespace

Worker::Worker(const WorkersOptions& options, WorkersOutput& output, unsigned index,
               std::shared_ptr<ClientWindows> clients)
    : options_(options),
      clients_(std::move(clients)),
      output_(output),
      index_(index),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      poll_(::epoll_create1(EPOLL_CLOEXEC)),
      outbox_(output) {
  resets_.reserve(VerdictBatch::kPackets);
  epoll_event wake{};
  wake.events = EPOLLIN;
  ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, wake_.get(), &wake);
  thread_ = std::thread([this] { run(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void Worker::call(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  commands_.push_back(&work);
  ::eventfd_write(wake_.get(), 1);
  done_.wait(lock, [&] { return std::find(commands_.begin(), commands_.end(), &work) == commands_.end(); });
}

bool Worker::run_commands() {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_.get(), &ignored);
  const std::lock_guard lock(mutex_);
  for (const std::function<void()>* work : commands_) (*work)();
  commands_.clear();
  done_.notify_all();
  return !stopping_;
}

void Worker::run() {
  housekeeping_ns_ = monotonic_ns() + kHousekeepingNs;
  while (run_commands()) {
    // Commands are looked for only when the wake event is there; serving goes on until then.
    bool woken = false;
    while (!woken) {
      woken = wait_and_serve();
      const std::uint64_t now = monotonic_ns();
      if (now >= outbox_.due_ns()) outbox_.flush();
      if (now >= housekeeping_ns_) {
        housekeeping_ns_ = now + kHousekeepingNs;
        housekeeping();
      }
    }
  }
  shut_down();
}

bool Worker::wait_and_serve() noexcept {
  const std::uint64_t now = monotonic_ns();
  const bool spinning = now < spin_until_ns_;
  // A source that had packets a moment ago is asked directly; the others every few rounds.
  if (spinning && hot_ != nullptr && ++spins_ % kSpinsPerPoll != 0) {
    if (serve(*hot_))
      spin_until_ns_ = monotonic_ns() + kSpinNs;
    else
      ::sched_yield();
    return false;
  }
  int timeout = 0;
  if (!spinning) {
    const std::uint64_t due = std::min(outbox_.due_ns(), housekeeping_ns_);
    timeout = due <= now ? 0 : static_cast<int>((due - now) / 1'000'000) + 1;
  }
  std::array<epoll_event, kPollEvents> events;
  const int count = ::epoll_wait(poll_.get(), events.data(), kPollEvents, timeout);
  bool woken = false;
  bool served = false;
  for (int i = 0; i < count; ++i) {
    auto* source = static_cast<Source*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (source == nullptr) {
      woken = true;
    } else if (serve(*source)) {
      hot_ = source;
      served = true;
    }
  }
  if (served) spin_until_ns_ = monotonic_ns() + kSpinNs;
  return woken;
}

bool Worker::serve(Source& source) noexcept {
  bool any = false;
  for (int turn = 0; turn < kTurns; ++turn) {
    if (!(source.queue != nullptr ? serve_queue(source) : serve_tap(source))) break;
    any = true;
  }
  return any;
}

std::size_t Worker::engine_for(bool inline_mode, const ExceptionPolicies& exceptions) {
  std::size_t i = 0;
  while (i < engines_.size() && (engines_[i].inline_mode != inline_mode ||
                                 engines_[i].exceptions.by_exception != exceptions.by_exception))
    ++i;
  if (i == engines_.size() && i < kMaxEngines) {
    EventSink& sink = *this;
    engines_.push_back({inline_mode, exceptions,
                        std::make_unique<Engine>(engine_config(options_.limits, exceptions, inline_mode, clients_), sink)});
  }
  return i;
}

bool Worker::adopt(std::unique_ptr<Source> source, const SourceSettings& settings) {
  const bool is_tap = source->tap != nullptr;
  source->program = settings.program.number;
  source->on_overrun = settings.exceptions.of(Exception::queue_overrun);
  source->engine = engine_for(!is_tap, settings.exceptions);
  if (source->engine == kMaxEngines) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = source.get();
  const int fd = is_tap ? source->tap->fd() : source->queue->fd();
  if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  keep_packets_if_asked(*source, *settings.program.program);
  engine_of(*source).set_program(source->number, settings.program.program);
  engine_of(*source).set_applications(source->number, settings.applications);
  sources_[source->number] = std::move(source);
  return true;
}

bool Worker::add_queue(std::uint32_t number, std::unique_ptr<NfQueue> queue, std::unique_ptr<ResetSender> resets,
                       const SourceSettings& settings) {
  auto source = std::make_unique<Source>();
  source->number = number;
  source->queue = std::move(queue);
  source->resets = std::move(resets);
  source->capture = settings.capture;
  return adopt(std::move(source), settings);
}

bool Worker::add_tap(std::uint32_t number, std::unique_ptr<Tap> tap, const SourceSettings& settings) {
  auto source = std::make_unique<Source>();
  source->number = number;
  source->tap = std::move(tap);
  return adopt(std::move(source), settings);
}

void Worker::keep_packets_if_asked(Source& source, const Program& program) {
  const auto captures = [](const SensorSpec& sensor) { return sensor.action == Verdict::capture; };
  const std::vector<SensorSpec>& sensors = program.spec().sensors;
  source.keeps_packets = source.capture || std::any_of(sensors.begin(), sensors.end(), captures);
  if (source.keeps_packets && ring_ == nullptr) ring_ = std::make_unique<CaptureRing>(options_.capture_ring_bytes);
}

void Worker::set_program(std::uint32_t number, NumberedProgram program) {
  const auto found = sources_.find(number);
  if (found == sources_.end()) return;
  found->second->program = program.number;
  keep_packets_if_asked(*found->second, *program.program);
  engine_of(*found->second).set_program(number, std::move(program.program));
}

void Worker::set_applications(std::uint32_t number, std::shared_ptr<const ApplicationRules> rules) {
  const auto found = sources_.find(number);
  if (found != sources_.end()) engine_of(*found->second).set_applications(number, std::move(rules));
}

std::vector<ConversationRecord> Worker::take_conversations(std::uint32_t number) {
  const auto found = sources_.find(number);
  if (found == sources_.end()) return {};
  return found->second->conversations.take();
}

void Worker::remove(std::uint32_t number) {
  const auto found = sources_.find(number);
  if (found == sources_.end()) return;
  Source& source = *found->second;
  drain(source);
  engine_of(source).set_program(number, nullptr);
  if (hot_ == &source) hot_ = nullptr;
  sources_.erase(found);
}

void Worker::drain(Source& source) noexcept {
  for (int turn = 0; turn < kDrainTurns && source.queue != nullptr && serve_queue(source); ++turn) {
  }
}

void Worker::shut_down() noexcept {
  for (auto& [number, source] : sources_) {
    drain(*source);
    source->queue.reset();
  }
  for (speaking_ = 0; speaking_ < engines_.size(); ++speaking_) engines_[speaking_].engine->finish();
  outbox_.flush();
  hot_ = nullptr;
  sources_.clear();
}

}  // namespace bulkhead
