// The control loop must not wait for the heap: counts operator new while it runs.
#include <QtTest>
#include <cstdlib>
#include <new>

#include "core/input/synthetic_device.h"
#include "tests/core/engine/loop_fixture.h"

namespace {
long allocations = 0;
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

using namespace nudge;

class TestSimLoopAllocations : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aTickAllocatesNothing() {
    Policy teacher = test::linearPolicy(3, 3, -20.0f);
    teacher.critics = test::distanceCritics(3, 3, 1.0f, 0.025f);
    const TeacherNoise noise{.delay_s = 0.2, .action = 0.1, .random = 0.05};
    SyntheticDevice synthetic(SyntheticTeacher(teacher, {}, noise, 20.0, 1), 3, false);
    test::HandDevice hand;
    SimLoopSettings settings;
    settings.recordCapacity = 64;
    SimLoop loop(std::make_unique<test::PointTask>(), test::drifting(), 0, {&hand, &synthetic}, settings);
    double now_s = 0.0;
    const auto run = [&](int ticks) {
      for (int i = 0; i < ticks; ++i) {
        if (i % 97 == 0) hand.grab(0.1);
        if (i % 97 == 40) hand.letGo();
        if (i % 300 == 0) loop.commands().tryPush(NextEpisode{});
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
    QVERIFY(loop.frames().front().teacherSteps > 100);
  }
};

QTEST_APPLESS_MAIN(TestSimLoopAllocations)
#include "test_sim_loop_allocations.moc"
