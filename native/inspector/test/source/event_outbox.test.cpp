#include "source/event_outbox.hpp"

#include <doctest/doctest.h>

#include "source/workers.hpp"

using namespace bulkhead;

namespace {

class Taker final : public WorkersOutput {
 public:
  bool on_events(EventBatch&& batch) noexcept override {
    if (!open) return false;
    sizes.push_back(batch.records.size());
    lost.push_back(batch.lost);
    return true;
  }
  bool on_capture(SessionCapture&&) noexcept override { return true; }

  bool open = true;
  std::vector<std::size_t> sizes;
  std::vector<std::uint64_t> lost;
};

}  // namespace

TEST_SUITE("event outbox") {
  TEST_CASE("hands over full batches at once and the rest when it is due") {
    Taker taker;
    EventOutbox outbox(taker);
    CHECK(outbox.due_ns() == UINT64_MAX);
    for (std::size_t i = 0; i < EventBatch::kRecords + 3; ++i) outbox.add({}, 1'000);
    CHECK(taker.sizes == std::vector<std::size_t>{EventBatch::kRecords});
    CHECK(outbox.due_ns() == 1'000 + EventOutbox::kMaxWaitNs);
    outbox.flush();
    CHECK(taker.sizes.back() == 3);
    CHECK(outbox.due_ns() == UINT64_MAX);
  }

  TEST_CASE("counts what nobody took and tells it with the next batch") {
    Taker taker;
    EventOutbox outbox(taker);
    taker.open = false;
    for (std::size_t i = 0; i < 2 * EventBatch::kRecords; ++i) outbox.add({}, 1);
    CHECK(outbox.lost() == 2 * EventBatch::kRecords);
    taker.open = true;
    outbox.add({}, 1);
    outbox.flush();
    outbox.add({}, 1);
    outbox.flush();
    CHECK(taker.lost == std::vector<std::uint64_t>{2 * EventBatch::kRecords, 0});
  }
}
