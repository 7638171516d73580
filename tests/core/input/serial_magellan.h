// A SpaceMouse without one: the serial Magellan protocol on a pseudo-terminal, and the real spacenavd to read it.
#pragma once

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string>
#include <termios.h>
#include <thread>
#include <unistd.h>

namespace nudge::test {

/// The device's side of the wire. Answers the daemon's questions from a thread of its own.
class SerialMagellan {
 public:
  SerialMagellan() {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY);
    ::grantpt(master_);
    ::unlockpt(master_);
    path_ = ::ptsname(master_);
    keeper_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY);  // the line stays up between two daemons
    termios raw;
    ::tcgetattr(keeper_, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(keeper_, TCSANOW, &raw);
    thread_ = std::thread([this] { answer(); });
  }
  ~SerialMagellan() { unplug(); }

  const std::string& path() const { return path_; }
  /// x, y, z, rx, ry, rz as the device counts, about ±400. (On the wire: moves, then turns.)
  void move(const std::array<int, 6>& counts) {
    std::string packet = "d";
    for (int count : counts) packet += number(count);
    send(packet);
  }
  void buttons(int bits) { send(std::string("k") + nibble(bits) + nibble(bits >> 4) + nibble(0)); }
  void unplug() {
    if (!thread_.joinable()) return;
    stop_ = true;
    thread_.join();
    ::close(keeper_);
    ::close(master_);
  }

 private:
  // The protocol's digits carry a parity bit of their own in the upper nibble.
  static char nibble(int value) { return "0AB3D56GH9:K<MN?"[value & 15]; }
  static std::string number(int count) {
    const int biased = count + 32768;
    return {nibble(biased >> 12), nibble(biased >> 8), nibble(biased >> 4), nibble(biased)};
  }
  void send(const std::string& packet) {
    const std::string line = packet + "\r";
    static_cast<void>(!::write(master_, line.data(), line.size()));
  }
  void answer() {
    std::string heard;
    while (!stop_) {
      pollfd watched{master_, POLLIN, 0};
      if (::poll(&watched, 1, 20) <= 0) continue;
      char bytes[256];
      const ssize_t count = ::read(master_, bytes, sizeof bytes);
      if (count <= 0) continue;
      heard.append(bytes, static_cast<std::size_t>(count));
      for (std::size_t end; (end = heard.find('\r')) != std::string::npos; heard.erase(0, end + 1)) {
        const std::string question = heard.substr(0, end);
        if (question.find("vQ") != std::string::npos) send("vMAGELLAN  Version 6.60  3D-Controller");
      }
    }
  }

  int master_ = -1, keeper_ = -1;
  std::string path_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
};

/// A spacenavd of the test's own: private configuration, socket and folder.
class Spacenavd {
 public:
  static bool installed() { return QFileInfo::exists(program()); }
  const QString& socket() const { return socket_; }

  explicit Spacenavd(const std::string& serial) {
    QFile configuration(folder_.filePath(QStringLiteral("spnavrc")));
    static_cast<void>(configuration.open(QIODevice::WriteOnly));
    configuration.write(QByteArray("serial = ") + serial.c_str() + "\n");
    static_cast<void>(QDir(folder_.path()).mkpath(QStringLiteral("run")));
    socket_ = folder_.filePath(QStringLiteral("run/spnav.sock"));
    qputenv("SPNAV_SOCKET", socket_.toUtf8());
  }
  ~Spacenavd() { kill(); }

  void start() {
    process_.setWorkingDirectory(folder_.path());
    process_.setProcessChannelMode(QProcess::MergedChannels);
    process_.start(program(), {"-d", "-v", "-c", folder_.filePath(QStringLiteral("spnavrc")), "-l", folder_.filePath(QStringLiteral("log"))});
    static_cast<void>(process_.waitForStarted());
  }
  void kill() {
    if (process_.state() == QProcess::NotRunning) return;
    process_.kill();
    process_.waitForFinished();
    QFile::remove(socket_);
  }
  QByteArray configuration() const {
    QFile file(folder_.filePath(QStringLiteral("spnavrc")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }
  QByteArray log() {
    QFile file(folder_.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }

 private:
  static QString program() { return QStringLiteral("/usr/bin/spacenavd"); }

  QTemporaryDir folder_;
  QString socket_;
  QProcess process_;
};

}  // namespace nudge::test
