#include "ui/widgets/banners.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/model/theme.h"
#include "ui/widgets/icons.h"

namespace nudge {

namespace {
/// The kind is told by a sign as well as by the strip's colour.
const char* sign(BannerKind kind) {
  switch (kind) {
    case BannerKind::Info: return "i";
    case BannerKind::Good: return "✓";
    case BannerKind::Warning: return "!";
    case BannerKind::Trouble: return "✗";
  }
  return "";
}

QColor colour(BannerKind kind) {
  const Theme& theme = Theme::current();
  switch (kind) {
    case BannerKind::Info: return theme.review;
    case BannerKind::Good: return theme.good;
    case BannerKind::Warning: return theme.teacher;
    case BannerKind::Trouble: return theme.stop;
  }
  return theme.accent;
}
}  // namespace

Banners::Banners(QWidget* parent) : QWidget(parent), column_(new QVBoxLayout(this)) {
  column_->setContentsMargins(0, 0, 0, 0);
  column_->setSpacing(4);
  hide();
}

void Banners::show(const Banner& banner) {
  close(banner.id);
  const Theme& theme = Theme::current();
  auto* strip = new QFrame;
  strip->setObjectName(QStringLiteral("banner"));
  strip->setAccessibleName(banner.text);
  const QColor fill = colour(banner.kind);
  strip->setStyleSheet(QStringLiteral("QFrame#banner { background: %1; border: 1px solid %2; border-left: 6px solid %2; "
                                      "border-radius: 7px; } QLabel#sign { background: %2; color: %3; border-radius: 9px; "
                                      "font-weight: 700; }")
                           .arg(theme.panel.name(), fill.name(), Theme::textOn(fill).name()));
  auto* row = new QHBoxLayout(strip);
  row->setContentsMargins(10, 6, 6, 6);
  auto* badge = new QLabel(QString::fromUtf8(sign(banner.kind)));
  badge->setObjectName(QStringLiteral("sign"));
  badge->setFixedSize(18, 18);
  badge->setAlignment(Qt::AlignCenter);
  auto* text = new QLabel(banner.text);
  text->setObjectName(QStringLiteral("text"));
  text->setWordWrap(true);
  text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  row->addWidget(badge);
  row->addWidget(text, 1);
  const QString id = banner.id;
  for (const Banner::Button& button : banner.buttons) {
    auto* push = new QPushButton(button.text);
    row->addWidget(push);
    connect(push, &QPushButton::clicked, this, [this, id, clicked = button.clicked] {
      close(id);
      if (clicked) clicked();
    });
  }
  auto* shut = new QToolButton;
  shut->setIcon(icon(Icon::Close));
  shut->setProperty("flat", true);
  shut->setToolTip(tr("Close this message"));
  row->addWidget(shut);
  connect(shut, &QToolButton::clicked, this, [this, id] { close(id); });
  if (banner.vanishAfter_s > 0) {
    QTimer::singleShot(banner.vanishAfter_s * 1000, strip, [this, id] { close(id); });
  }
  column_->insertWidget(0, strip);
  shown_[id] = strip;
  setVisible(true);
}

void Banners::close(const QString& id) {
  QWidget* strip = shown_.take(id);
  if (!strip) return;
  column_->removeWidget(strip);
  strip->hide();
  strip->deleteLater();
  setVisible(!shown_.isEmpty());
}

void Banners::clear() {
  for (const QString& id : shown_.keys()) close(id);
}

QStringList Banners::texts() const {
  QStringList texts;
  for (int i = 0; i < column_->count(); ++i) {
    if (auto* label = column_->itemAt(i)->widget()->findChild<QLabel*>(QStringLiteral("text"))) texts << label->text();
  }
  return texts;
}

}  // namespace nudge
