// The bar over the scene: what is taught, who drives, and the controls that must always be at hand.
#pragma once

#include <QWidget>

#include "core/engine/messages.h"
#include "ui/model/actions.h"
#include "ui/scene/scene_view.h"
#include "ui/widgets/icons.h"

class QComboBox;
class QHBoxLayout;
class QLabel;
class QToolButton;

namespace nudge {

class SessionDocument;

/// What becomes of the steps that are done now.
enum class RecordState { Recording, Practice, NotRecording, LookingOnly };

/// GUI thread. Buttons trigger the window's actions; the bar itself knows no lesson but what it is shown.
class TopBar : public QWidget {
  Q_OBJECT
 public:
  explicit TopBar(ActionSet& actions, QWidget* parent = nullptr);

  void setTask(const QString& title, const QString& description);
  /// The versions to choose from, the wanted one, and the one that drives.
  void setPolicies(const SessionDocument& document, int driving);
  void setPosture(Posture posture, HoldReason hold);
  void showFrame(const Frame& frame);
  void setRecorded(double seconds, RecordState state);
  /// Intervention rate of the first and the newest round, as shares; negative for none.
  void setTrend(double first, double newest);
  void setLearning(bool running, bool possible);

 Q_SIGNALS:
  void versionChosen(int version);
  void speedChosen(double factor);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  QToolButton* addButton(QHBoxLayout* row, ActionId action, Icon which);

  ActionSet& actions_;
  QLabel *task_, *chipIcon_, *chipWord_, *record_, *trend_;
  QWidget* chip_;
  QToolButton *policy_, *pause_, *step_, *reset_, *learn_;
  QComboBox* speed_;
  Posture posture_ = Posture::Watch;
  HoldReason hold_ = HoldReason::None;
  bool chipSet_ = false;
  bool wasPaused_ = false;
};

/// "0:12:31"
QString durationText(double seconds);

}  // namespace nudge
