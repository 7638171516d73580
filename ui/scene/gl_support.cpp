#include "ui/scene/gl_support.h"

#include <QGuiApplication>
#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QSurfaceFormat>

#include "ui/scene/scene_view.h"

namespace nudge {

QString openGlProblem() {
  // Qt's screenless platforms have no usable OpenGL; making a QOpenGLWidget there can crash.
  const QString platform = QGuiApplication::platformName();
  if (platform == QLatin1String("offscreen") || platform.startsWith(QLatin1String("minimal")) ||
      platform == QLatin1String("vnc")) {
    return QCoreApplication::translate("OpenGl", "this display ('%1') has no OpenGL.").arg(platform);
  }
  QOpenGLContext context;
  if (!context.create()) return QCoreApplication::translate("OpenGl", "OpenGL could not be started.");
  QOffscreenSurface surface;
  surface.setFormat(context.format());
  surface.create();
  if (!context.makeCurrent(&surface))
    return QCoreApplication::translate("OpenGl", "OpenGL started but cannot draw.");
  context.doneCurrent();
  return {};
}

QString shortRendererName(const QString& full) {
  return full.section(QStringLiteral(" ("), 0, 0).trimmed();
}

bool isSoftwareRenderer(const QString& name) {
  for (const char* software : {"llvmpipe", "softpipe", "swrast", "software", "swiftshader"}) {
    if (name.contains(QLatin1String(software), Qt::CaseInsensitive)) return true;
  }
  return false;
}

void setSceneSurfaceFormat() {
  QSurfaceFormat format;
  format.setRenderableType(QSurfaceFormat::OpenGL);
  format.setProfile(QSurfaceFormat::CompatibilityProfile);
  format.setVersion(2, 1);
  format.setDepthBufferSize(24);
  format.setStencilBufferSize(8);
  format.setSamples(0);
  QSurfaceFormat::setDefaultFormat(format);
  // Software OpenGL would take every core; the simulator and the learner need some of them.
  if (!qEnvironmentVariableIsSet("LP_NUM_THREADS")) qputenv("LP_NUM_THREADS", "1");
}

}  // namespace nudge
