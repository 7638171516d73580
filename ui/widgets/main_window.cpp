#include "ui/widgets/main_window.h"

#include <QCloseEvent>
#include <QCoreApplication>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QScreen>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

#include "core/base/check.h"
#include "ui/model/device_hub.h"
#include "ui/scene/scene_frame.h"
#include "ui/widgets/command_palette.h"
#include "ui/widgets/help_overlay.h"
#include "ui/widgets/key_filter.h"
#include "ui/widgets/learned_panel.h"
#include "ui/widgets/lesson_panel.h"
#include "ui/widgets/review.h"
#include "ui/widgets/status_line.h"
#include "ui/widgets/timeline_view.h"
#include "ui/widgets/transport.h"
#include "ui/widgets/turn_prompt.h"

namespace nudge {

namespace {
constexpr int kStateInterval_ms = 250;
constexpr QSize kSmallest(800, 520);
constexpr int kFramesWhileLearning = 8;

/// A rounded panel around a part.
QWidget* framed(QWidget* part, int margin) {
  auto* frame = new QFrame;
  frame->setProperty("panel", true);
  auto* column = new QVBoxLayout(frame);
  column->setContentsMargins(margin, margin, margin, margin);
  column->addWidget(part);
  return frame;
}
}  // namespace

MainWindow::MainWindow(std::unique_ptr<Lesson> lesson, QWidget* parent)
    : QMainWindow(parent), marks_(lesson->spec().controlRate_hz), lesson_(std::move(lesson)) {
  layOut();
  makeMenus();
  connectParts();
  connectActions();
  connectLesson();
  readSettings();
}

MainWindow::~MainWindow() = default;

void MainWindow::layOut() {
  auto world = lesson_->makeWorld();
  NUDGE_CHECK(world.ok(), "a lesson's task can be made");
  top_ = new TopBar(actions_);
  banners_ = new Banners;
  lessonPanel_ = new LessonPanel;
  scene_ = new SceneFrame(std::move(world).value());
  prompt_ = new TurnPrompt(scene_);
  learned_ = new LearnedPanel;
  learned_->setObjectName(QStringLiteral("learned"));
  transport_ = new Transport;
  timeline_ = new TimelineView;
  status_ = new StatusLine;

  columns_ = new QSplitter(Qt::Horizontal);
  columns_->addWidget(framed(lessonPanel_, 8));
  columns_->addWidget(scene_);
  columns_->addWidget(learned_);
  columns_->setCollapsible(1, false);
  columns_->setStretchFactor(1, 1);
  scene_->setMinimumSize(240, 150);
  lessonPanel_->setMinimumWidth(150);
  learned_->setMinimumWidth(190);

  auto* bottom = new QWidget;
  auto* strip = new QHBoxLayout(bottom);
  strip->setContentsMargins(0, 0, 0, 0);
  strip->setSpacing(8);
  QWidget* transport = framed(transport_, 2);
  transport->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
  strip->addWidget(transport);
  strip->addWidget(framed(timeline_, 4), 1);
  rows_ = new QSplitter(Qt::Vertical);
  rows_->addWidget(columns_);
  rows_->addWidget(bottom);
  rows_->setChildrenCollapsible(false);
  rows_->setStretchFactor(0, 1);

  auto* central = new QWidget;
  auto* column = new QVBoxLayout(central);
  column->setContentsMargins(10, 8, 10, 6);
  column->setSpacing(8);
  column->addWidget(top_);
  column->addWidget(banners_);
  column->addWidget(rows_, 1);
  column->addWidget(status_);
  setCentralWidget(central);
  setAcceptDrops(true);
  scene_->setFocus();
}

void MainWindow::makeMenus() {
  QMenu* menu = nullptr;
  for (const ActionSpec& spec : actionTable()) {
    if (!*spec.menu) continue;
    const QString title = tr(spec.menu);
    if (!menu || menu->title() != title) menu = menuBar()->addMenu(title);
    if (spec.startsGroup) menu->addSeparator();
    menu->addAction(actions_.action(spec.id));
    addAction(actions_.action(spec.id));  // shortcuts also work in full screen
  }
}

void MainWindow::connectParts() {
  review_ = new Review({scene_, timeline_, transport_, lessonPanel_}, this);
  keys_ = new KeyFilter(this, scene_);
  palette_ = new CommandPalette(actions_, this);
  connect(review_, &Review::failed, this, &MainWindow::tellTrouble);
  connect(review_, &Review::changed, this, &MainWindow::showState);
  connect(review_, &Review::momentShown, this, [this](qint64 episode, int step) {
    status_->showMoment(episode, step, lesson_->document().info().controlRate_hz);
  });
  connect(keys_, &KeyFilter::stopPressed, this, &MainWindow::stopRobot);
  connect(keys_, &KeyFilter::markPressed, this, &MainWindow::pressMark);
  connect(keys_, &KeyFilter::markReleased, this, &MainWindow::releaseMark);
  connect(keys_, &KeyFilter::resetCameraPressed, actions_.action(ActionId::ResetCamera), &QAction::trigger);
  connect(scene_, &SceneFrame::drawingFailed, this, &MainWindow::tellDrawingProblem);
  connect(scene_, &SceneFrame::grabbed, this, [this](const std::array<double, 3>& p_WT) {
    if (lesson_->robot()) lesson_->robot()->dragTo(p_WT);
  });
  connect(scene_, &SceneFrame::released, this, [this] {
    if (lesson_->robot()) lesson_->robot()->dropTool();
  });
  connect(learned_, &LearnedPanel::helpWanted, this, &MainWindow::openManual);
  connect(lessonPanel_, &LessonPanel::switchRequested, this, [this](int version) { lesson_->switchTo(version); });
  connect(top_, &TopBar::versionChosen, this, [this](int version) { lesson_->switchTo(version); });
  connect(top_, &TopBar::speedChosen, this, [this](double factor) {
    if (lesson_->robot()) lesson_->robot()->send(SetSpeed{factor});
  });
  auto* timer = new QTimer(this);
  timer->setInterval(kStateInterval_ms);
  connect(timer, &QTimer::timeout, this, &MainWindow::showState);
  timer->start();
}

void MainWindow::setLesson(std::unique_ptr<Lesson> lesson) {
  keys_->setRobot(nullptr);
  review_->setLesson(nullptr);
  learned_->setDocument(nullptr);
  learned_->setLearner(nullptr);
  timeline_->setDocument(nullptr);
  transport_->setDocument(nullptr);
  lessonPanel_->setDocument(nullptr);
  banners_->clear();
  finishLesson();
  const bool sameTask = lesson_->spec().id == lesson->spec().id;
  lesson_ = std::move(lesson);
  if (!sameTask && help_) {
    const bool shown = help_->isVisible();
    delete std::exchange(help_, nullptr);
    showHelp(shown);
  }
  if (auto world = lesson_->makeWorld(); world && !sameTask) scene_->setTask(std::move(world).value());
  marks_ = LiveMarks(lesson_->spec().controlRate_hz);
  connectLesson();
}

void MainWindow::connectLesson() {
  SessionDocument& document = lesson_->document();
  const TaskSpec& spec = lesson_->spec();
  QStringList titles;
  for (const Feature& feature : spec.features) titles << QString::fromStdString(feature.title);
  document.setFeatureTitles(titles);
  timeline_->setDocument(&document);
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    if (spec.features[i].style) timeline_->setCurve(static_cast<int>(i));
  }
  transport_->setDocument(&document);
  lessonPanel_->setDocument(&document);
  learned_->setDocument(&document);
  learned_->setLearner(&lesson_->learner());
  review_->setLesson(lesson_.get());
  keys_->setRobot(lesson_->robot());
  top_->setTask(QString::fromStdString(spec.title), QString::fromStdString(spec.description));
  nameTaskActions(spec);
  prompt_->setTask(spec);
  knowTeacher();
  status_->setFile(document.path(), lesson_->readOnly());
  setWindowTitle(QStringLiteral("%1 – Nudge").arg(QFileInfo(document.path()).completeBaseName()));
  settings_.noteLesson(document.path());

  connect(lesson_.get(), &Lesson::policyReady, this, &MainWindow::tellNewPolicy);
  connect(lesson_.get(), &Lesson::learned, this, &MainWindow::tellLearned);
  connect(lesson_.get(), &Lesson::trouble, this, &MainWindow::tellTrouble);
  connect(lesson_.get(), &Lesson::storageTrouble, this, &MainWindow::tellStorage);
  connect(&lesson_->learner(), &LearnerProcess::stateChanged, this, &MainWindow::showState);
  for (auto signal : {&SessionDocument::undoChanged, &SessionDocument::policiesChanged, &SessionDocument::updatesChanged}) {
    connect(&document, signal, this, &MainWindow::showState);
  }
  if (EngineBridge* robot = lesson_->robot()) {
    connect(robot, &EngineBridge::frameChanged, this, &MainWindow::showFrame);
    connect(robot, &EngineBridge::holdChanged, this, &MainWindow::tellHold);
    robot->setTakeTurns(actions_.action(ActionId::TakeTurns)->isChecked());
    actions_.action(ActionId::Record)->setChecked(true);
    actions_.action(ActionId::Practice)->setChecked(false);
    connect(robot, &EngineBridge::driverChanged, this, &MainWindow::soundDriver);
    if (!robot->notice().isEmpty()) tellTrouble(robot->notice());
  }
  connect(lesson_.get(), &Lesson::backupTrouble, this, [this](const QString& message) {
    banners_->show({QStringLiteral("backup"), BannerKind::Warning, message, {}});
  });
  tellPlace();
  lesson_->start();
  showState();
}

void MainWindow::finishLesson() {
  for (Status written = lesson_->finish(); !written; written = lesson_->finish()) {
    QMessageBox box(QMessageBox::Warning, tr("Nudge"), tr("The newest steps could not be saved."), QMessageBox::NoButton, this);
    box.setInformativeText(QString::fromStdString(written.error().message));
    box.addButton(tr("Try again"), QMessageBox::AcceptRole);
    QPushButton* elsewhere = box.addButton(tr("Save elsewhere…"), QMessageBox::ActionRole);
    QPushButton* lose = box.addButton(tr("Close without them"), QMessageBox::DestructiveRole);
    box.exec();
    if (box.clickedButton() == lose) return;
    QString path;
    if (box.clickedButton() == elsewhere && saveElsewhere(path)) return;
  }
}

void MainWindow::showFrame() {
  const Frame& frame = lesson_->robot()->frame();
  marks_.moved(frame.episode, frame.step, frame.speed);
  review_->showFrame(frame);
  if (devices_ && scene_->view()) devices_->setTool(scene_->view()->toolView());
  prompt_->showFrame(frame, !review_->active());
  top_->showFrame(frame);
  actions_.action(ActionId::Grip)->setChecked(frame.gripWish > 0.0f);
  top_->setPosture(review_->posture(), frame.hold);
}

/// Everything that may wait a quarter of a second.
void MainWindow::showState() {
  const SessionDocument& document = lesson_->document();
  EngineBridge* robot = lesson_->robot();
  qint64 steps = 0, teacherSteps = 0;
  const auto rates = document.rates();
  for (const auto& rate : rates) {
    steps += rate.steps;
    teacherSteps += rate.teacherSteps;
  }
  const bool any = steps > 0;
  top_->setTrend(any ? rates.front().rate() : -1, any ? rates.back().rate() : -1);
  top_->setRecorded(static_cast<double>(steps) / document.info().controlRate_hz, recordState());
  top_->setPolicies(document, robot ? robot->frame().policyVersion : document.activeVersion());
  top_->setLearning(lesson_->learner().running(), robot != nullptr);
  top_->setPosture(review_->posture(), robot ? robot->frame().hold : HoldReason::None);
  learned_->setTeacherSteps(teacherSteps, steps);
  keys_->setDrivingEnabled(robot && !review_->active());
  tellDevices();
  tellSpace();
  SceneView* view = scene_->view();
  // A niced learner would starve beside a renderer that takes every core.
  if (view) view->setFrameCap(lesson_->learner().running() && view->softwareRendering() ? kFramesWhileLearning : 0);
  if (robot) {
    if (!review_->active()) transport_->setMoment(robot->frame().episode, robot->frame().step);
    status_->showRobot(robot->frame(), view ? view->framesPerSecond() : 0.0, view ? view->rendererName() : QString());
    status_->showStorage(robot->recorder(), robot->unsaved_s());
  } else {
    status_->showNoRobot();
  }
  if (view) actions_.action(ActionId::Shadows)->setChecked(view->shadows());

  const QString undo = document.undoText(), redo = document.redoText();
  actions_.action(ActionId::Undo)->setEnabled(!undo.isEmpty());
  actions_.action(ActionId::Undo)->setText(undo.isEmpty() ? tr("Undo") : tr("Undo: %1").arg(undo));
  actions_.action(ActionId::Redo)->setEnabled(!redo.isEmpty());
  actions_.action(ActionId::Redo)->setText(redo.isEmpty() ? tr("Redo") : tr("Redo: %1").arg(redo));
  actions_.action(ActionId::CancelLearning)->setEnabled(lesson_->learner().running());
  actions_.action(ActionId::PreviousPolicy)->setEnabled(robot && document.activeVersion() > 0);
  actions_.action(ActionId::ReviewLive)->setEnabled(robot && review_->active());
  for (const ActionId id : {ActionId::PauseResume, ActionId::StepOnce, ActionId::Slower, ActionId::Faster, ActionId::RealTime,
                            ActionId::ResetEpisode, ActionId::NextEpisode, ActionId::Stop, ActionId::Practice,
                            ActionId::Record, ActionId::KeepRecent, ActionId::TestReaction, ActionId::NameTeacher}) {
    actions_.action(id)->setEnabled(robot != nullptr);
  }
}

void MainWindow::showHelp(bool show) {
  if (show && !help_) {
    help_ = new HelpOverlay(lesson_->spec(), scene_);
    connect(help_, &HelpOverlay::dismissed, this, [this] { settings_.setHelpSeen(true); });
    connect(help_, &HelpOverlay::manualWanted, this, [this] { openManual(QStringLiteral("first-lesson")); });
  }
  if (help_) help_->setVisible(show);
}

void MainWindow::readSettings() {
  const QSize room = screen()->availableSize();
  setMinimumSize(kSmallest.boundedTo(room));
  resize(QSize(1440, 900).boundedTo(room));
  restoreGeometry(settings_.geometry());
  // Without a window manager nobody else keeps the window on the screen.
  if (!isMaximized() && !isFullScreen()) resize(size().boundedTo(screen()->availableSize()));
  columns_->setSizes({230, 900, 280});
  rows_->setSizes({620, 190});
  columns_->restoreState(settings_.splitter(QStringLiteral("columns")));
  rows_->restoreState(settings_.splitter(QStringLiteral("rows")));
  // On a small screen the scene comes first; the panels are a key away.
  const bool wide = room.width() >= kSmallest.width();
  const auto showPanel = [&](ActionId id, const QString& name, QWidget* panel) {
    const bool shown = settings_.panelShown(name, wide);
    panel->setVisible(shown);
    actions_.action(id)->setChecked(shown);
  };
  showPanel(ActionId::LessonPanel, QStringLiteral("lesson"), lessonPanel_->parentWidget());
  showPanel(ActionId::LearnedPanel, QStringLiteral("learned"), learned_);
  showHelp(!settings_.helpSeen());
}

void MainWindow::saveLayout() {
  settings_.setGeometry(saveGeometry());
  settings_.setSplitter(QStringLiteral("columns"), columns_->saveState());
  settings_.setSplitter(QStringLiteral("rows"), rows_->saveState());
}

QImage MainWindow::picture() {
  QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest);  // texts that changed just now
  QImage image = grab().toImage();
  if (SceneView* view = scene_->view()) {
    QPainter painter(&image);
    painter.drawImage(QRect(view->mapTo(this, QPoint()), view->size()), view->picture());
    for (QWidget* over : std::initializer_list<QWidget*>{prompt_, help_}) {
      if (over && over->isVisible()) over->render(&painter, over->mapTo(this, QPoint()), QRegion(), QWidget::DrawChildren);
    }
  }
  return image;
}

void MainWindow::closeEvent(QCloseEvent* event) {
  saveLayout();
  finishLesson();
  QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
  if (event->type() == QEvent::ActivationChange) tellDevices();
  QMainWindow::changeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QList<QUrl> urls = event->mimeData()->urls();
  if (!urls.isEmpty() && urls.front().isLocalFile()) Q_EMIT lessonChosen(urls.front().toLocalFile(), false);
}

}  // namespace nudge
