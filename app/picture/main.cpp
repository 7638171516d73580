// nudge-picture FILE: draws the SVG on its standard input as a PNG. A program of its own, so that nudge-cli
// needs no Qt; it needs no display.
#include <QGuiApplication>
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QSvgRenderer>
#include <cstdio>

int main(int argc, char** argv) {
  constexpr double kScale = 2.0;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString&) {});  // what fails is said below
  QGuiApplication application(argc, argv);
  QFile input;
  if (argc != 2 || !input.open(stdin, QIODevice::ReadOnly)) {
    std::fprintf(stderr, "nudge-picture: wants the name of a PNG file to write, and an SVG on its standard input\n");
    return 2;
  }
  QSvgRenderer renderer(input.readAll());
  if (!renderer.isValid()) {
    std::fprintf(stderr, "nudge-picture: this is no SVG\n");
    return 2;
  }
  QImage image((QSizeF(renderer.defaultSize()) * kScale).toSize(), QImage::Format_RGB32);
  image.fill(Qt::white);
  QPainter painter(&image);
  painter.setRenderHint(QPainter::Antialiasing);
  renderer.render(&painter);
  painter.end();
  if (image.save(QString::fromLocal8Bit(argv[1]), "PNG")) return 0;
  std::fprintf(stderr, "nudge-picture: cannot write '%s'\n", argv[1]);
  return 2;
}
