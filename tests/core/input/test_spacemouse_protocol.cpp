// What no good daemon does: libspnav and the reader against a socket that says what the test wants.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <cstring>
#include <thread>

#include "core/base/clock.h"
#include "core/input/device_reader.h"
#include "core/input/spacemouse.h"

using namespace nudge;

namespace {

using Packet = std::array<std::int32_t, 8>;
constexpr std::int32_t kHello = 0x7faa5500;

Packet motion(int x) {
  return {0, x, 0, 0, 0, 0, 0, 8};
}

/// The daemon's end of the socket. Protocol 1 answers every question with success and nothing else.
class FakeDaemon {
 public:
  FakeDaemon(const QString& path, int protocol) : protocol_(protocol) {
    QFile::remove(path);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.toUtf8().constData(), sizeof address.sun_path - 1);
    static_cast<void>(!::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address));
    ::listen(listener_, 1);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    stop_ = true;
    thread_.join();
    hangUp();
    ::close(listener_);
  }
  bool hasClient() const { return client_ >= 0; }
  void send(const void* bytes, std::size_t count) {
    static_cast<void>(::send(client_, bytes, count, MSG_NOSIGNAL));
  }
  void send(const Packet& packet) { send(packet.data(), sizeof packet); }
  void hangUp() {
    if (const int client = client_.exchange(-1); client >= 0) ::close(client);
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd watched{client_ >= 0 ? client_.load() : listener_, POLLIN, 0};
      if (::poll(&watched, 1, 10) <= 0) continue;
      if (client_ < 0) {
        client_ = ::accept(listener_, nullptr, nullptr);
        continue;
      }
      Packet question{};
      const ssize_t count = ::recv(client_, question.data(), sizeof question, MSG_DONTWAIT);
      if (count <= 0 || protocol_ == 0) continue;
      if (count == 4) {
        const std::int32_t hello = kHello | protocol_;
        send(&hello, sizeof hello);
      } else {
        send(question);  // the same number back, every field 0 or as it came
      }
    }
  }

  int listener_ = -1, protocol_;
  std::atomic<int> client_ = -1;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace

class TestSpaceMouseProtocol : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  QString path_ = folder_.filePath(QStringLiteral("spnav.sock"));
  std::unique_ptr<FakeDaemon> daemon_;
  std::unique_ptr<SpaceMouse> mouse_;

  const RawInput& look() { return mouse_->poll(monotonic_s()); }
  void connectTo(int protocol) {
    daemon_ = std::make_unique<FakeDaemon>(path_, protocol);
    mouse_ = std::make_unique<SpaceMouse>();
    QTRY_VERIFY((look(), daemon_->hasClient()));
  }

 private Q_SLOTS:
  void initTestCase() { qputenv("SPNAV_SOCKET", path_.toUtf8()); }
  void cleanup() {
    mouse_.reset();
    daemon_.reset();
  }

  void bothProtocolsMove_data() {
    QTest::addColumn<int>("protocol");
    QTest::newRow("old") << 0;
    QTest::newRow("new") << 1;
  }
  void bothProtocolsMove() {
    QFETCH(int, protocol);
    connectTo(protocol);
    daemon_->send(motion(175));
    QTRY_VERIFY(look().axes[0] == 0.5);
    QVERIFY(look().connected);
    daemon_->send(Packet{1, 0, 0, 0, 0, 0, 0, 0});
    daemon_->send(Packet{2, 0, 0, 0, 0, 0, 0, 0});
    std::uint32_t clicked = 0;
    QTRY_VERIFY((clicked |= look().clicked) == 1u);  // down and up between two looks
    QCOMPARE(look().buttons, 0u);
  }

  void theEndOfTheStreamIsNoticed() {
    connectTo(0);
    daemon_->send(motion(300));
    QTRY_VERIFY(look().connected);
    daemon_->hangUp();
    QTRY_VERIFY(!look().connected);
    QVERIFY(look().axes == Axes{});
    QTRY_VERIFY_WITH_TIMEOUT((look(), daemon_->hasClient()), 5000);  // it is looked for again
  }

  void garbageMovesNothingOutOfRange() {
    connectTo(1);
    for (int i = 0; i < 500; ++i) {
      Packet packet;
      for (auto& word : packet)
        word = static_cast<std::int32_t>(static_cast<std::uint32_t>(i * 2654435761u) ^ 0x5bd1e995u);
      if (i % 3 == 0) packet[0] = i % 8;
      daemon_->send(packet);
      for (double value : look().axes) QVERIFY(std::isfinite(value) && std::abs(value) <= 1.0);
    }
  }

  void aDeviceComesAndGoes() {
    connectTo(1);
    QVERIFY(!look().connected);
    daemon_->send(Packet{3, 0, 0, 0x206, 0, 0, 0, 0});
    QTRY_VERIFY(look().connected);
    daemon_->send(motion(200));
    QTRY_VERIFY(look().axes[0] > 0.5);
    daemon_->send(Packet{3, 1, 0, 0x206, 0, 0, 0, 0});
    QTRY_VERIFY(!look().connected);
    QVERIFY(look().axes == Axes{});
    QVERIFY(!mouse_->info().problem.empty());
  }

  void aFloodIsReadToTheNewest() {
    connectTo(0);
    const double begin_s = monotonic_s();
    for (int i = 0; i < 2000; ++i) {  // a fifth of a second at 10 kHz
      daemon_->send(motion(i % 350));
      if (i % 40 == 0) look();
    }
    daemon_->send(motion(70));
    QTRY_VERIFY(look().axes[0] == 0.2);
    QVERIFY(monotonic_s() - begin_s < 5.0);
  }

  void halfAPacketHoldsNobodyUp() {
    connectTo(0);
    const Packet packet = motion(100);
    daemon_->send(packet.data(), 12);
    const double begin_s = monotonic_s();
    for (int i = 0; i < 10; ++i) look();
    QVERIFY(monotonic_s() - begin_s < 1.0);
    daemon_->hangUp();
    QTRY_VERIFY(!look().connected);
  }
};

QTEST_GUILESS_MAIN(TestSpaceMouseProtocol)
#include "test_spacemouse_protocol.moc"
