#include "ui/widgets/export_dialog.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QUrl>

#include "ui/model/session_document.h"

namespace nudge {

ExportDialog::ExportDialog(const SessionDocument& document, const QString& program, QWidget* parent)
    : QDialog(parent),
      lesson_(document.path()),
      exporter_(program),
      version_(new QComboBox),
      folder_(new QLineEdit),
      result_(new QLabel),
      export_(new QPushButton(tr("Export"))),
      show_(new QPushButton(tr("Show folder"))) {
  setWindowTitle(tr("Export a policy"));
  setMinimumWidth(520);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(18, 16, 18, 16);
  grid->setVerticalSpacing(10);
  auto* what = new QLabel(tr("Writes a folder with the policy as ONNX, its contract (names, units, limits, rate) and test "
                             "vectors. It runs without Nudge and without Python."));
  what->setWordWrap(true);
  auto* browse = new QPushButton(tr("Choose…"));
  auto* close = new QPushButton(tr("Close"));
  for (auto it = document.policies().rbegin(); it != document.policies().rend(); ++it) {
    version_->addItem(it->version == 0 ? tr("v0, the prior") : tr("v%1").arg(it->version), it->version);
  }
  setVersion(document.activeVersion());
  suggestFolder();
  result_->setWordWrap(true);
  result_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  show_->hide();
  export_->setProperty("primary", true);
  export_->setDefault(true);

  grid->addWidget(what, 0, 0, 1, 3);
  grid->addWidget(new QLabel(tr("Version")), 1, 0);
  grid->addWidget(version_, 1, 1, 1, 2);
  grid->addWidget(new QLabel(tr("Folder")), 2, 0);
  grid->addWidget(folder_, 2, 1);
  grid->addWidget(browse, 2, 2);
  grid->addWidget(result_, 3, 0, 1, 3);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(show_);
  buttons->addStretch(1);
  buttons->addWidget(close);
  buttons->addWidget(export_);
  grid->addLayout(buttons, 4, 0, 1, 3);

  connect(version_, &QComboBox::currentIndexChanged, this, &ExportDialog::suggestFolder);
  connect(folder_, &QLineEdit::textEdited, this, [this] { folderChosen_ = true; });
  connect(browse, &QPushButton::clicked, this, [this] {
    const QString parentFolder = QFileInfo(folder_->text()).path();
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder that will hold the export"), parentFolder);
    if (!chosen.isEmpty()) setFolder(chosen + QLatin1Char('/') + QFileInfo(folder_->text()).fileName());
  });
  connect(close, &QPushButton::clicked, this, &QDialog::close);
  connect(export_, &QPushButton::clicked, this, &ExportDialog::startExport);
  connect(show_, &QPushButton::clicked, this, [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder_->text())); });
  connect(&exporter_, &PolicyExporter::finished, this, [this](const QString& folder) {
    showResult(tr("Done: %1").arg(QDir::toNativeSeparators(folder)), true);
    Q_EMIT exported(folder);
  });
  connect(&exporter_, &PolicyExporter::failed, this, [this](const QString& message) {
    showResult(message, false);
    Q_EMIT exportFailed(message);
  });
}

void ExportDialog::setFolder(const QString& folder) {
  folderChosen_ = true;
  folder_->setText(QDir::toNativeSeparators(folder));
}

void ExportDialog::setVersion(int version) { version_->setCurrentIndex(std::max(0, version_->findData(version))); }

void ExportDialog::suggestFolder() {
  if (folderChosen_) return;
  const QFileInfo lesson(lesson_);
  folder_->setText(QDir::toNativeSeparators(QStringLiteral("%1/%2-v%3").arg(lesson.absolutePath(), lesson.completeBaseName())
                                                .arg(version_->currentData().toInt())));
}

void ExportDialog::startExport() {
  const QString folder = QDir::fromNativeSeparators(folder_->text().trimmed());
  if (folder.isEmpty()) return showResult(tr("Say where to: the folder is empty."), false);
  result_->setText(tr("Exporting…"));
  if (exporter_.start(lesson_, version_->currentData().toInt(), folder)) export_->setEnabled(false);
}

QString ExportDialog::resultText() const { return result_->text(); }

void ExportDialog::showResult(const QString& text, bool good) {
  result_->setText((good ? QStringLiteral("✓ ") : QStringLiteral("✗ ")) + text);
  export_->setEnabled(true);
  show_->setVisible(good);
}

}  // namespace nudge
