#include "ui/scene/scene_frame.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/model/theme.h"
#include "ui/scene/gl_support.h"
#include "ui/scene/posture_badge.h"

namespace nudge {
namespace {

constexpr int kBorder = 5;

}  // namespace

SceneFrame::SceneFrame(std::unique_ptr<Task> task, QWidget* parent) : QWidget(parent) {
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(0);
  layout->setContentsMargins(kBorder, kBorder, kBorder, kBorder);
  setAccessibleName(postureWord(posture_));
  setTask(std::move(task));
}

void SceneFrame::setTask(std::unique_ptr<Task> task) {
  if (problem_.isEmpty() && !view_) {
    if (const QString problem = openGlProblem(); !problem.isEmpty()) {
      showProblem(problem);
      // Later, so that whoever makes the frame can listen.
      QMetaObject::invokeMethod(
          this, [this] { Q_EMIT drawingFailed(problem_); }, Qt::QueuedConnection);
    }
  }
  if (!problem_.isEmpty()) return;
  delete view_;
  view_ = new SceneView(std::move(task), this);
  view_->setPosture(posture_);
  view_->setGrabEnabled(grabEnabled_);
  connect(view_, &SceneView::grabbed, this, &SceneFrame::grabbed);
  connect(view_, &SceneView::released, this, &SceneFrame::released);
  connect(view_, &SceneView::readoutChanged, this, &SceneFrame::showReadout);
  showReadout({});
  connect(view_, &SceneView::drawingFailed, this, [this](const QString& message) {
    showProblem(message);
    Q_EMIT drawingFailed(problem_);
  });
  layout()->addWidget(view_);
  setFocusProxy(view_);
}

void SceneFrame::showProblem(const QString& problem) {
  problem_ =
      tr("There is no 3-D picture: %1\nWatching, marks, learning and the lesson's file work without it. "
         "Install or repair the graphics driver (on Debian: libgl1-mesa-dri) and start again to see "
         "the scene.")
          .arg(problem);
  setFocusProxy(nullptr);
  showReadout({});
  if (SceneView* view = std::exchange(view_, nullptr)) {
    layout()->removeWidget(view);
    view->hide();
    view->deleteLater();  // it may be the one that is telling
  }
  panel_ = new QLabel(problem_, this);
  panel_->setWordWrap(true);
  panel_->setAlignment(Qt::AlignCenter);
  panel_->setMargin(24);
  panel_->setMinimumSize(160, 120);
  panel_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  panel_->setAutoFillBackground(true);
  layout()->addWidget(panel_);
  panel_->show();
}

void SceneFrame::showState(std::span<const double> state) {
  if (view_) view_->showState(state);
}

void SceneFrame::showReadout(const QString& text) {
  if (!readout_) {
    if (text.isEmpty()) return;
    readout_ = new QLabel(this);
    readout_->setObjectName(QStringLiteral("readout"));
    readout_->setProperty("panel", true);
    readout_->setAutoFillBackground(true);
    readout_->setAttribute(Qt::WA_TransparentForMouseEvents);
    readout_->setContentsMargins(8, 3, 8, 3);
  }
  readout_->setText(text);
  readout_->setVisible(!text.isEmpty());
  readout_->resize(readout_->sizeHint());
  readout_->move(kBorder + 10, height() - kBorder - 10 - readout_->height());
  readout_->raise();
}

void SceneFrame::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (readout_ && readout_->isVisible()) showReadout(readout_->text());
}

void SceneFrame::setPosture(Posture posture) {
  if (std::exchange(posture_, posture) == posture) return;
  if (view_) view_->setPosture(posture);
  setAccessibleName(postureWord(posture));
  update();
}

void SceneFrame::setGrabEnabled(bool enabled) {
  grabEnabled_ = enabled;
  if (view_) view_->setGrabEnabled(enabled);
}

void SceneFrame::changeEvent(QEvent* event) {
  if (event->type() == QEvent::PaletteChange) update();
  QWidget::changeEvent(event);
}

void SceneFrame::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QColor colour = postureColour(posture_);
  painter.fillRect(rect(), Theme::current().window);
  const QRectF middle = QRectF(rect()).adjusted(kBorder / 2.0, kBorder / 2.0, -kBorder / 2.0, -kBorder / 2.0);
  switch (posture_) {
    case Posture::Watch:
      painter.setPen(QPen(colour, 2));
      break;
    case Posture::Teach:
      painter.setPen(QPen(colour, kBorder, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
      break;
    case Posture::Review:
      painter.setPen(QPen(colour, kBorder, Qt::DashLine, Qt::FlatCap));
      break;
    case Posture::Paused:
      painter.setPen(QPen(colour, kBorder, Qt::DashDotLine, Qt::FlatCap));
      break;
    case Posture::Held:
      painter.setPen(QPen(colour, kBorder, Qt::DotLine, Qt::FlatCap));
      break;
  }
  painter.drawRect(middle);
}

}  // namespace nudge
