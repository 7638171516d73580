#include "ui/widgets/manual_dialog.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QPushButton>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace nudge {

ManualDialog::ManualDialog(const QString& folder, QWidget* parent)
    : QDialog(parent), folder_(folder), browser_(new QTextBrowser) {
  setWindowTitle(tr("Nudge manual"));
  resize(720, 620);
  auto* column = new QVBoxLayout(this);
  auto* row = new QHBoxLayout;
  auto* back = new QPushButton(tr("Back"));
  auto* start = new QPushButton(tr("Contents"));
  back->setEnabled(false);
  row->addWidget(back);
  row->addWidget(start);
  row->addStretch(1);
  column->addLayout(row);
  column->addWidget(browser_);
  browser_->setSearchPaths({folder});
  browser_->setOpenExternalLinks(true);
  browser_->document()->setDocumentMargin(14);
  connect(back, &QPushButton::clicked, browser_, &QTextBrowser::backward);
  connect(browser_, &QTextBrowser::backwardAvailable, back, &QPushButton::setEnabled);
  connect(start, &QPushButton::clicked, this, [this] { open(QStringLiteral("index")); });
}

void ManualDialog::open(const QString& page) {
  const QString file = folder_ + QLatin1Char('/') + page + QStringLiteral(".md");
  if (QFileInfo::exists(file)) {
    browser_->setSource(QUrl::fromLocalFile(file), QTextDocument::MarkdownResource);
  } else {
    browser_->setMarkdown(tr("# Page not found\n\nThe manual page “%1” is missing from this installation (%2).").arg(page, folder_));
  }
  show();
  raise();
  activateWindow();
}

}  // namespace nudge
