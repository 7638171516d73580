// Messages that do not stop the person: coloured strips under the top bar, newest on top.
#pragma once

#include <QHash>
#include <QWidget>
#include <functional>
#include <vector>

class QVBoxLayout;

namespace nudge {

enum class BannerKind { Info, Good, Warning, Trouble };

/// One message. A banner with the id of a shown one takes its place.
struct Banner {
  QString id;
  BannerKind kind = BannerKind::Info;
  QString text;
  struct Button {
    QString text;
    std::function<void()> clicked;  ///< the banner closes first
  };
  std::vector<Button> buttons;
  int vanishAfter_s = 0;  ///< 0: stays until closed
};

class Banners : public QWidget {
  Q_OBJECT
 public:
  explicit Banners(QWidget* parent = nullptr);
  void show(const Banner& banner);
  void close(const QString& id);
  void clear();
  /// Texts that are shown now, newest first.
  QStringList texts() const;

 private:
  QVBoxLayout* column_;
  QHash<QString, QWidget*> shown_;
};

}  // namespace nudge
