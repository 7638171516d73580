// The teacher's devices with a cable, as the window knows them: readers on their threads, settings, profiles.
//
// GUI thread. Lives longer than any lesson; a lesson's robot borrows the devices.
#pragma once

#include <QObject>
#include <QTimer>
#include <array>
#include <memory>
#include <vector>

#include "core/input/device_reader.h"
#include "core/input/teacher_profiles.h"

namespace nudge {

class DeviceHub : public QObject {
  Q_OBJECT
 public:
  /// sources: at most one of each kind; they are read from start() on.
  /// Settings are kept in `profilePath`, a folder and file that are made when needed; empty: not kept.
  explicit DeviceHub(std::vector<std::unique_ptr<DeviceSource>> sources, QString profilePath = {}, QObject* parent = nullptr);
  ~DeviceHub() override;

  void start();
  /// For SimLoop, in order of priority; they live as long as the hub.
  std::vector<InputDevice*> devices();
  std::vector<DeviceKind> kinds() const;
  const DeviceReport& report(DeviceKind kind) const;
  const DeviceSettings& settings(DeviceKind kind) const;
  void setSettings(DeviceKind kind, const DeviceSettings& settings);

  /// The settings of this teacher in this task; what changes from now on is for them.
  void setPlace(const QString& teacher, const QString& task);
  const QString& teacher() const { return teacher_; }
  std::optional<ReactionTime> reaction() const { return profiles_.reaction(teacher_.toStdString()); }
  void setReaction(const ReactionTime& time);
  HandSide hand() const { return profiles_.hand(teacher_.toStdString()); }
  void setHand(HandSide hand);
  /// The window is in front and shows the running robot.
  void setAllowed(bool allowed);
  /// Right, forward and up as the person sees them, in columns (ReaderOrder::R_WV).
  void setView(const std::array<double, 9>& R_WV);
  /// The same as the tool is turned (ReaderOrder::R_WT).
  void setTool(const std::array<double, 9>& R_WT);
  /// What a full push means.
  void setSpeed(double speed_m_s);
  /// Esc: what is held now has to be let go before it drives again.
  void letGo();
  /// All devices are more, or less, sensitive by a tenth; returns the new share of the first.
  double changeSensitivity(int steps);

 Q_SIGNALS:
  void pressed(nudge::ButtonAction action);
  void changed();  ///< new reports
  void settingsChanged();
  void trouble(const QString& message);
  /// A device came or went; for people.
  void presenceChanged(nudge::DeviceKind kind, bool there, const QString& text);

 private:
  struct Slot;
  Slot& slot(DeviceKind kind) const;
  void look();
  void send();
  void keep();

  std::vector<std::unique_ptr<Slot>> slots_;
  QTimer timer_;
  QString profilePath_, teacher_, task_;
  TeacherProfiles profiles_;
  bool told_ = false;  ///< that settings cannot be kept
  ReaderOrder common_;  ///< what all readers are told alike
};

}  // namespace nudge
