#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

namespace bulkhead {

/// Objects addressed by a 32-bit index, in slabs that are allocated as they are first needed and then kept: small
/// while idle, no heap traffic at steady state, never more than `capacity`. Index 0 means none.
template <typename T>
class SlabPool {
 public:
  static constexpr std::uint32_t kPerSlab = 256;

  explicit SlabPool(std::uint32_t capacity)
      : capacity_(capacity), slabs_((std::size_t{capacity} + kPerSlab) / kPerSlab) {}
  ~SlabPool() {
    for (std::uint32_t index = 1; index <= made_; ++index)
      if (cell(index).used) object(index)->~T();
  }
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;

  /// A new value-initialised object, or 0 when the pool is full.
  [[nodiscard]] std::uint32_t acquire() noexcept {
    std::uint32_t index = free_;
    if (index != 0) {
      free_ = cell(index).next_free;
    } else {
      index = make_cell();
      if (index == 0) return 0;
    }
    Cell& taken = cell(index);
    taken.used = true;
    ::new (static_cast<void*>(taken.storage)) T{};
    ++used_;
    return index;
  }

  void release(std::uint32_t index) noexcept {
    object(index)->~T();
    Cell& freed = cell(index);
    freed.used = false;
    freed.next_free = free_;
    free_ = index;
    --used_;
  }

  [[nodiscard]] T& operator[](std::uint32_t index) noexcept { return *object(index); }
  [[nodiscard]] const T& operator[](std::uint32_t index) const noexcept {
    return *const_cast<SlabPool*>(this)->object(index);
  }
  /// The object at `index` if there is one now, or null.
  [[nodiscard]] T* in_use(std::uint32_t index) noexcept {
    return index != 0 && index <= made_ && cell(index).used ? object(index) : nullptr;
  }
  [[nodiscard]] std::uint32_t used() const noexcept { return used_; }
  [[nodiscard]] bool full() const noexcept { return used_ == capacity_; }

 private:
  struct Cell {
    alignas(T) std::byte storage[sizeof(T)];
    std::uint32_t next_free;
    bool used;
  };

  Cell& cell(std::uint32_t index) noexcept { return slabs_[(index - 1) / kPerSlab][(index - 1) % kPerSlab]; }
  T* object(std::uint32_t index) noexcept { return std::launder(reinterpret_cast<T*>(cell(index).storage)); }

  std::uint32_t make_cell() noexcept {
    if (made_ == capacity_) return 0;
    auto& slab = slabs_[made_ / kPerSlab];
    if (!slab) {
      slab.reset(new (std::nothrow) Cell[kPerSlab]);
      if (!slab) return 0;
    }
    slab[made_ % kPerSlab].used = false;
    return ++made_;
  }

  std::uint32_t capacity_;
  std::uint32_t made_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t free_ = 0;
  std::vector<std::unique_ptr<Cell[]>> slabs_;
};

}  // namespace bulkhead
