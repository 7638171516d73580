// Messages in order from one thread to another: bounded, without locks, refused rather than waited for.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace nudge {

/// One producer thread, one consumer thread. Slots are reused in place: a T whose buffers have grown to
/// their size no longer allocates. A full queue refuses (tryPush / writable say so); the caller counts.
template <typename T>
class SpscQueue {
 public:
  explicit SpscQueue(std::size_t capacity) : slots_(capacity + 1) { NUDGE_CHECK(capacity > 0, "empty queue"); }

  /// Producer: the slot to fill, or nullptr when full. Follow with publish().
  T* writable() {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    return next(tail) == head_.load(std::memory_order_acquire) ? nullptr : &slots_[tail];
  }
  void publish() { tail_.store(next(tail_.load(std::memory_order_relaxed)), std::memory_order_release); }
  /// Takes whatever can be assigned to a T, such as one alternative of a variant.
  template <typename U = T>
  bool tryPush(U&& value) {
    T* slot = writable();
    if (!slot) return false;
    *slot = std::forward<U>(value);
    publish();
    return true;
  }
  /// Producer: how many messages fit at least.
  std::size_t room() const {
    const std::size_t head = head_.load(std::memory_order_acquire), tail = tail_.load(std::memory_order_relaxed);
    return (head + slots_.size() - tail - 1) % slots_.size();
  }

  /// Consumer: the oldest message, or nullptr when empty. Follow with release().
  T* readable() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    return head == tail_.load(std::memory_order_acquire) ? nullptr : &slots_[head];
  }
  void release() { head_.store(next(head_.load(std::memory_order_relaxed)), std::memory_order_release); }

 private:
  std::size_t next(std::size_t index) const { return index + 1 == slots_.size() ? 0 : index + 1; }

  std::vector<T> slots_;
  alignas(64) std::atomic<std::size_t> head_{0};
  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace nudge
