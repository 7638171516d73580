#include "ui/widgets/device_dialog.h"

#include <QAbstractSpinBox>
#include <QComboBox>
#include <QEvent>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabWidget>
#include <QVBoxLayout>

#include "ui/model/actions.h"
#include "ui/widgets/device_page.h"
#include "ui/widgets/reaction_dialog.h"
#include "ui/widgets/status_line.h"

namespace nudge {

namespace {

/// Scrolls up and down alone: what is inside decides how wide it is. The wheel scrolls; it turns a control that has the
/// keyboard's focus only.
class Page : public QScrollArea {
 public:
  explicit Page(QWidget* inside) {
    setWidget(inside);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    inside->installEventFilter(this);
    for (QWidget* control : inside->findChildren<QWidget*>()) {
      if (!qobject_cast<QComboBox*>(control) && !qobject_cast<QAbstractSpinBox*>(control)) continue;
      control->setFocusPolicy(Qt::StrongFocus);
      control->installEventFilter(this);
    }
  }

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (watched == widget() && event->type() == QEvent::LayoutRequest)
      setMinimumWidth(widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width());
    if (event->type() == QEvent::Wheel && watched != widget() && !static_cast<QWidget*>(watched)->hasFocus()) {
      event->ignore();
      return true;
    }
    return QScrollArea::eventFilter(watched, event);
  }
};

}  // namespace

DeviceDialog::DeviceDialog(DeviceHub& devices, QWidget* parent)
    : QDialog(parent), devices_(devices), tabs_(new QTabWidget), lag_(new QLabel) {
  setWindowTitle(tr("Devices"));
  auto* column = new QVBoxLayout(this);
  auto* about = new QLabel(tr("Mouse and keyboard always drive. Whoever has the wheel keeps it until letting go; a free wheel goes to "
                              "the first that takes it."));
  about->setWordWrap(true);
  about->setProperty("role", "muted");
  column->addWidget(about);
  for (const DeviceKind kind : devices.kinds())
    tabs_->addTab(new Page(new DevicePage(devices, kind)), kind == DeviceKind::SpaceMouse ? tr("SpaceMouse") : tr("Gamepad"));
  tabs_->addTab(handPart(), tr("Keys and you"));
  column->addWidget(tabs_);
  lag_->setWordWrap(true);
  lag_->setProperty("role", "muted");
  lag_->setObjectName(QStringLiteral("lag"));
  column->addWidget(lag_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
  column->addWidget(buttons);
  resize(QSize(680, 720).boundedTo(screen()->availableSize()));
}

/// What belongs to the teacher and to no device.
QWidget* DeviceDialog::handPart() {
  auto* part = new QWidget;
  auto* form = new QFormLayout(part);
  const QString teacher = devices_.teacher();
  form->addRow(tr("Teacher"), new QLabel(teacher.isEmpty() ? tr("no name given") : teacher));
  auto* hand = new QComboBox;
  hand->setObjectName(QStringLiteral("hand"));
  hand->addItems({tr("under both hands"), tr("under the left hand too"), tr("under the right hand too (left-handed mouse)")});
  hand->setCurrentIndex(static_cast<int>(devices_.hand()));
  connect(hand, &QComboBox::activated, this, [this](int index) { devices_.setHand(HandSide(index)); });
  form->addRow(tr("Keys for teaching lie"), hand);
  auto* keys = new QLabel;
  keys->setObjectName(QStringLiteral("hand-keys"));
  keys->setProperty("role", "muted");
  keys->setWordWrap(true);
  form->addRow(QString(), keys);
  auto* reaction = new QLabel;
  reaction->setObjectName(QStringLiteral("reaction"));
  const auto show = [this, hand, keys, reaction] {
    hand->setCurrentIndex(static_cast<int>(devices_.hand()));
    keys->setText(teachingKeys(devices_.hand()));
    const auto time = devices_.reaction();
    reaction->setText(time ? reactionText(*time) : tr("not measured: half a second is assumed"));
  };
  connect(&devices_, &DeviceHub::settingsChanged, this, show);
  show();
  form->addRow(tr("Reaction time"), reaction);
  auto* test = new QPushButton(tr("Measure it: one minute"));
  connect(test, &QPushButton::clicked, this, &DeviceDialog::reactionTestWanted);
  form->addRow(QString(), test);
  return part;
}

void DeviceDialog::showLag(const Frame& frame) { lag_->setText(lagText(frame)); }

}  // namespace nudge

#include "moc_device_dialog.cpp"
