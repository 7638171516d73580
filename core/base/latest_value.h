// The newest value from one thread to another: lossy, by value, without locks (a triple buffer).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace nudge {

/// One writer thread, one reader thread. Neither ever waits. The reader sees the newest value written,
/// older ones are overwritten. T's buffers are reused, so a T of constant size never allocates.
template <typename T>
class LatestValue {
 public:
  LatestValue() = default;
  explicit LatestValue(const T& initial) : slots_{initial, initial, initial} {}

  /// Writer: fill this, then publish(). Its content is some older value.
  T& back() { return slots_[back_]; }
  void publish() { back_ = middle_.exchange(back_ | kFresh, std::memory_order_acq_rel) & kIndex; }
  void write(const T& value) { back() = value; publish(); }

  /// Reader: true when a value arrived since the last call; front() then is the newest one.
  bool refresh() {
    if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & kIndex;
    return true;
  }
  const T& front() const { return slots_[front_]; }

 private:
  static constexpr std::uint8_t kIndex = 3, kFresh = 4;
  std::array<T, 3> slots_{};
  std::uint8_t back_ = 0;
  std::atomic<std::uint8_t> middle_{1};
  std::uint8_t front_ = 2;
};

}  // namespace nudge
