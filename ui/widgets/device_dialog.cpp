#include "ui/widgets/device_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QTabWidget>
#include <QVBoxLayout>

#include "ui/widgets/device_page.h"

namespace nudge {

DeviceDialog::DeviceDialog(DeviceHub& devices, QWidget* parent) : QDialog(parent), tabs_(new QTabWidget) {
  setWindowTitle(tr("Devices"));
  auto* column = new QVBoxLayout(this);
  auto* about = new QLabel(tr("Mouse and keyboard always drive. Whoever has the wheel keeps it until letting go; a free wheel goes to "
                              "the first that takes it."));
  about->setWordWrap(true);
  about->setProperty("role", "muted");
  column->addWidget(about);
  for (const DeviceKind kind : devices.kinds()) {
    auto* scroll = new QScrollArea;  // small screens
    scroll->setWidget(new DevicePage(devices, kind));
    scroll->setWidgetResizable(true);
    tabs_->addTab(scroll, kind == DeviceKind::SpaceMouse ? tr("SpaceMouse") : tr("Gamepad"));
  }
  column->addWidget(tabs_);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
  column->addWidget(buttons);
  resize(QSize(680, 700).boundedTo(screen()->availableSize()));
}

}  // namespace nudge

#include "moc_device_dialog.cpp"
