// The control loop must not wait for the heap or for another thread: counts operator new and locks while it runs.
#include <dlfcn.h>
#include <pthread.h>

#include <QtTest>
#include <cstdlib>
#include <mutex>
#include <new>

#include "core/input/hardware_device.h"
#include "core/input/synthetic_device.h"
#include "tests/core/engine/loop_fixture.h"

namespace {
long allocations = 0, locks = 0;
bool counting = false;

void* allocate(std::size_t size) {
  if (counting) ++allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

/// What std::mutex and the condition variables come down to; the linker takes this one first.
extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) {
  static const auto real = reinterpret_cast<int (*)(pthread_mutex_t*)>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (counting) ++locks;
  return real(mutex);
}

using namespace nudge;

class TestSimLoopAllocations : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theHooksHear() {
    allocations = locks = 0;
    counting = true;
    {
      const auto mutex = std::make_unique<std::mutex>();
      const std::lock_guard lock(*mutex);
    }
    counting = false;
    QVERIFY(allocations >= 1 && locks == 1);
    allocations = locks = 0;
  }

  void aTickNeitherAllocatesNorLocks() {
    Policy teacher = test::linearPolicy(3, 3, -20.0f);
    teacher.critics = test::distanceCritics(3, 3, 1.0f, 0.025f);
    const TeacherNoise noise{.delay_s = 0.2, .action = 0.1, .random = 0.05};
    SyntheticDevice synthetic(SyntheticTeacher(teacher, {}, noise, 20.0, 1), 3, false);
    test::HandDevice hand;
    SimLoopSettings settings;
    settings.recordCapacity = 64;
    settings.lateCapture = true;
    SimLoop loop(std::make_unique<test::PointTask>(), test::drifting(), 0, {&hand, &synthetic}, settings);
    double now_s = 0.0;
    const auto run = [&](int ticks) {
      for (int i = 0; i < ticks; ++i) {
        if (i % 97 == 0) hand.grab(0.1);
        if (i % 97 == 40) hand.letGo();
        if (i % 300 == 0) loop.commands().tryPush(NextEpisode{});
        if (i % 500 == 0) loop.commands().tryPush(SetRecording{i % 1000 != 0});
        if (i % 700 == 0) loop.commands().tryPush(KeepRecent{});
        if (i % 900 == 0) loop.commands().tryPush(SetPractice{i % 1800 != 0});
        loop.tick(now_s += 0.01);
        loop.frames().refresh();
        while (loop.records().readable()) loop.records().release();
      }
    };
    run(20);
    counting = true;
    run(5000);  // many episodes, both devices, ramps, the ring of records many times round
    counting = false;
    QCOMPARE(allocations, 0L);
    QCOMPARE(locks, 0L);
    QVERIFY(loop.frames().front().teacherSteps > 100);
  }

  /// With physics, and a device that a reader's thread might post to.
  void norDoesTheBottle() {
    HardwareDevice puck("puck");
    SimLoopSettings settings;
    settings.recordCapacity = 64;
    auto task = makeTask("bottle").value();
    auto policy = std::make_shared<Policy>(test::linearPolicy(task->observationSize(), task->actionSize(), 0.0f));
    SimLoop loop(std::move(task), policy, 0, {&puck}, settings);
    double now_s = 0.0;
    const auto run = [&](int ticks) {
      for (int i = 0; i < ticks; ++i) {
        puck.post({{i % 60 < 30, DeviceMode::Velocity, {0.05, 0.0, 0.0}, now_s, now_s}, 0});
        loop.tick(now_s += 0.01);
        loop.frames().refresh();
        while (loop.records().readable()) loop.records().release();
      }
    };
    run(20);
    allocations = locks = 0;
    counting = true;
    run(500);
    counting = false;
    QCOMPARE(allocations, 0L);
    QCOMPARE(locks, 0L);
    QVERIFY(loop.frames().front().teacherSteps > 20);
  }
};

QTEST_APPLESS_MAIN(TestSimLoopAllocations)
#include "test_sim_loop_allocations.moc"
