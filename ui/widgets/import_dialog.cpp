#include "ui/widgets/import_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <algorithm>

#include "core/policy/policy_path.h"

namespace nudge {

namespace {
enum SigmaKind { Usual, Stated, None };

QLabel* wrapped(const QString& text) {
  auto* label = new QLabel(text);
  label->setWordWrap(true);
  return label;
}
}  // namespace

ImportDialog::ImportDialog(const QString& task, const QString& taskTitle, const QString& folder, const QString& program, QWidget* parent)
    : QDialog(parent),
      task_(task),
      folder_(folder),
      command_(program),
      model_(new QLineEdit),
      contract_(new QLineEdit),
      bounds_(new QComboBox),
      sigmaKind_(new QComboBox),
      sigma_(new QDoubleSpinBox),
      replace_(new QCheckBox(tr("Replace the policy that is there"))),
      result_(wrapped({})),
      import_(new QPushButton(tr("Import"))),
      begin_(new QPushButton(tr("New lesson with it"))) {
  setWindowTitle(tr("Import a policy"));
  setMinimumWidth(560);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(18, 16, 18, 16);
  grid->setVerticalSpacing(10);
  bounds_->addItems({tr("As the file says"), tr("By tanh, as SAC does"), tr("By clipping, as PPO does")});
  sigmaKind_->addItems({tr("As the file says, else 0.2"), tr("Stated"), tr("None: it only gives actions")});
  sigma_->setRange(0.01, 2.0);
  sigma_->setSingleStep(0.05);
  sigma_->setValue(0.2);
  sigma_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  sigma_->setEnabled(false);
  contract_->setPlaceholderText(tr("The one beside the model, if there is one"));
  result_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  replace_->hide();
  begin_->hide();
  import_->setProperty("primary", true);
  import_->setDefault(true);
  auto *chooseModel = new QPushButton(tr("Choose…")), *chooseContract = new QPushButton(tr("Choose…")), *close = new QPushButton(tr("Close"));

  grid->addWidget(wrapped(tr("Takes a policy that was trained elsewhere (an ONNX file of an MLP actor) as the prior of a new lesson in %1. "
                             "A contract names what it sees and does; the manual's page on own priors says how.").arg(taskTitle)), 0, 0, 1, 3);
  grid->addWidget(new QLabel(tr("Model")), 1, 0);
  grid->addWidget(model_, 1, 1);
  grid->addWidget(chooseModel, 1, 2);
  grid->addWidget(new QLabel(tr("Contract")), 2, 0);
  grid->addWidget(contract_, 2, 1);
  grid->addWidget(chooseContract, 2, 2);
  grid->addWidget(new QLabel(tr("Bounds of actions")), 3, 0);
  grid->addWidget(bounds_, 3, 1, 1, 2);
  grid->addWidget(new QLabel(tr("Sigma")), 4, 0);
  grid->addWidget(sigmaKind_, 4, 1);
  grid->addWidget(sigma_, 4, 2);
  grid->addWidget(replace_, 5, 1, 1, 2);
  grid->addWidget(result_, 6, 0, 1, 3);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addStretch(1);
  buttons->addWidget(close);
  buttons->addWidget(import_);
  buttons->addWidget(begin_);
  grid->addLayout(buttons, 7, 0, 1, 3);

  connect(chooseModel, &QPushButton::clicked, this, [this] {
    const QString file = QFileDialog::getOpenFileName(this, tr("The model"), QFileInfo(model_->text()).path(), tr("ONNX models (*.onnx)"));
    if (!file.isEmpty()) setModel(file);
  });
  connect(chooseContract, &QPushButton::clicked, this, [this] {
    const QString file = QFileDialog::getOpenFileName(this, tr("Its contract"), QFileInfo(model_->text()).path(), tr("Contracts (*.json)"));
    if (!file.isEmpty()) contract_->setText(QDir::toNativeSeparators(file));
  });
  connect(sigmaKind_, &QComboBox::currentIndexChanged, this, [this](int kind) { sigma_->setEnabled(kind == Stated); });
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(import_, &QPushButton::clicked, this, &ImportDialog::startImport);
  connect(begin_, &QPushButton::clicked, this, [this] {
    accept();
    Q_EMIT lessonWanted(task_, prior_);
  });
  connect(&command_, &CliCommand::finished, this, &ImportDialog::finish);
  connect(&command_, &CliCommand::failed, this, [this](const QString& said) {
    const QString why = said.startsWith(QLatin1String("nudge-cli: ")) ? said.mid(11) : said;
    showResult(why.isEmpty() ? tr("Importing ended unexpectedly. Nothing was changed.") : tr("%1. Nothing was changed.").arg(why), false);
  });
  connect(&command_, &CliCommand::missing, this, [this] {
    showResult(tr("Importing needs the program nudge-cli, which could not be started (%1).").arg(QDir::toNativeSeparators(command_.program())), false);
  });
}

void ImportDialog::setModel(const QString& file) { model_->setText(QDir::toNativeSeparators(file)); }
void ImportDialog::setBounds(int index) { bounds_->setCurrentIndex(index); }
QString ImportDialog::resultText() const { return result_->text(); }

QString ImportDialog::target() const {
  if (QFileInfo(task_).isDir()) return QString::fromStdString(policyPath(task_.toStdString(), "prior").string());
  return QStringLiteral("%1/%2-prior.safetensors").arg(folder_, QFileInfo(model_->text().trimmed()).completeBaseName());
}

QStringList ImportDialog::arguments() const {
  QStringList all{QStringLiteral("import-prior"), QDir::fromNativeSeparators(model_->text().trimmed()),
                  QStringLiteral("--task"), task_, QStringLiteral("--json")};
  if (!QFileInfo(task_).isDir()) all << QStringLiteral("--out") << target();
  if (replace_->isChecked()) all << QStringLiteral("--replace");
  if (const QString contract = contract_->text().trimmed(); !contract.isEmpty())
    all << QStringLiteral("--contract") << QDir::fromNativeSeparators(contract);
  if (bounds_->currentIndex() > 0) all << QStringLiteral("--squash") << (bounds_->currentIndex() == 1 ? QStringLiteral("tanh") : QStringLiteral("clip"));
  if (sigmaKind_->currentIndex() == Stated) all << QStringLiteral("--sigma") << QString::number(sigma_->value());
  if (sigmaKind_->currentIndex() == None) all << QStringLiteral("--deterministic");
  return all;
}

void ImportDialog::startImport() {
  if (model_->text().trimmed().isEmpty()) return showResult(tr("Choose a model first."), false);
  if (QFileInfo::exists(target()) && !replace_->isChecked()) {
    replace_->show();
    return showResult(tr("%1 exists already. Nothing was changed.").arg(QDir::toNativeSeparators(target())), false);
  }
  result_->setText(tr("Importing…"));
  begin_->hide();
  if (command_.start(arguments())) import_->setEnabled(false);
}

void ImportDialog::finish(const QByteArray& output) {
  const QJsonObject said = QJsonDocument::fromJson(output).object();
  prior_ = said[QStringLiteral("file")].toString();
  const double success = said[QStringLiteral("trial")][QStringLiteral("success_rate")].toDouble();
  QStringList lines{tr("Imported. Alone in %1 episodes it succeeded in %2 %.")
                        .arg(said[QStringLiteral("trial")][QStringLiteral("episodes")].toInt()).arg(100.0 * success, 0, 'f', 0)};
  for (const QJsonValue& note : said[QStringLiteral("notes")].toArray()) lines << note.toString();
  if (!said[QStringLiteral("has_density")].toBool())
    lines << tr("It only gives actions, not how likely they are: MEReQ cannot learn from it, so Learn imitates your steps instead.");
  showResult(lines.join(QLatin1Char('\n')), true);
  replace_->setChecked(false);
  replace_->hide();
  Q_EMIT imported(prior_);
}

void ImportDialog::showResult(const QString& text, bool good) {
  result_->setText((good ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + text);
  import_->setEnabled(true);
  import_->setDefault(!good);
  begin_->setVisible(good);
  layout()->activate();
  resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));  // wrapped text is cut off otherwise
  if (!good) Q_EMIT importFailed(text);
}

}  // namespace nudge

#include "moc_import_dialog.cpp"
