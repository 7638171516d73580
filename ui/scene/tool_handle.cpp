#include "ui/scene/tool_handle.h"

#include <QOpenGLFunctions_2_1>
#include <QOpenGLVersionFunctionsFactory>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace nudge {
namespace {

constexpr double kFeather_px = 0.8;  // soft edges, as the framebuffer has no samples

/// Draws smooth flat shapes in widget pixels with OpenGL's fixed functions, like MuJoCo does; leaves
/// OpenGL's state as it was.
class Pen {
 public:
  Pen(QOpenGLFunctions_2_1& gl, const QSizeF& size) : gl_(gl) {
    gl_.glPushAttrib(GL_ALL_ATTRIB_BITS);
    gl_.glUseProgram(0);
    for (const GLenum off : {GL_DEPTH_TEST, GL_LIGHTING, GL_CULL_FACE, GL_FOG, GL_STENCIL_TEST, GL_TEXTURE_2D,
                             GL_TEXTURE_CUBE_MAP, GL_SCISSOR_TEST, GL_COLOR_LOGIC_OP, GL_ALPHA_TEST}) {
      gl_.glDisable(off);
    }
    gl_.glPolygonMode(GL_FRONT_AND_BACK, GL_FILL);
    gl_.glEnable(GL_BLEND);
    gl_.glBlendFunc(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA);
    gl_.glMatrixMode(GL_PROJECTION);
    gl_.glPushMatrix();
    gl_.glLoadIdentity();
    gl_.glOrtho(0, size.width(), size.height(), 0, -1, 1);
    gl_.glMatrixMode(GL_MODELVIEW);
    gl_.glPushMatrix();
    gl_.glLoadIdentity();
  }
  ~Pen() {
    gl_.glMatrixMode(GL_PROJECTION);
    gl_.glPopMatrix();
    gl_.glMatrixMode(GL_MODELVIEW);
    gl_.glPopMatrix();
    gl_.glPopAttrib();
  }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;

  void ring(const QPointF& centre, double radius, double width, const QColor& colour) {
    const double in = std::max(0.0, radius - width / 2);
    const double out = radius + width / 2;
    band(centre, std::max(0.0, in - kFeather_px), in, colour, 0, 1);
    band(centre, in, out, colour, 1, 1);
    band(centre, out, out + kFeather_px, colour, 1, 0);
  }

  void dot(const QPointF& centre, double radius, const QColor& colour) {
    ring(centre, radius / 2, radius, colour);
  }

  void line(const QPointF& from, const QPointF& to, double width, const QColor& colour) {
    const QPointF along = to - from;
    const double length = std::hypot(along.x(), along.y());
    if (length < 1e-6) return;
    const QPointF across = QPointF(-along.y(), along.x()) / length;
    const double half = width / 2;
    const double edges[] = {-half - kFeather_px, -half, half, half + kFeather_px};
    const double alphas[] = {0, 1, 1, 0};
    for (int i = 0; i < 3; ++i) {
      gl_.glBegin(GL_TRIANGLE_STRIP);
      for (const QPointF& end : {from, to}) {
        vertex(end + edges[i] * across, colour, alphas[i]);
        vertex(end + edges[i + 1] * across, colour, alphas[i + 1]);
      }
      gl_.glEnd();
    }
  }

 private:
  void band(const QPointF& centre, double in, double out, const QColor& colour, double alphaIn,
            double alphaOut) {
    constexpr int kSides = 64;
    gl_.glBegin(GL_TRIANGLE_STRIP);
    for (int i = 0; i <= kSides; ++i) {
      const double angle = 2.0 * std::numbers::pi * i / kSides;
      const QPointF direction(std::cos(angle), std::sin(angle));
      vertex(centre + in * direction, colour, alphaIn);
      vertex(centre + out * direction, colour, alphaOut);
    }
    gl_.glEnd();
  }

  void vertex(const QPointF& at, const QColor& colour, double alpha) {
    gl_.glColor4d(colour.redF(), colour.greenF(), colour.blueF(), alpha);
    gl_.glVertex2d(at.x(), at.y());
  }

  QOpenGLFunctions_2_1& gl_;
};

}  // namespace

bool ToolDrag::reaches(const ViewGeometry& view, const Eigen::Vector3d& p_WT, const QPointF& pointer) {
  const auto handle = view.project(p_WT);
  return handle && std::hypot(pointer.x() - handle->x(), pointer.y() - handle->y()) <= kHandleReach_px;
}

void ToolDrag::begin(const Eigen::Vector3d& p_WT, const QPointF& pointer) {
  held_ = true;
  pointer_ = pointer;
  p_WTarget_ = p_WT;
}

void ToolDrag::moveTo(const ViewGeometry& view, const QPointF& pointer) {
  const double scale = view.metresPerPixel(std::max(view.depth(p_WTarget_), view.near_m));
  p_WTarget_ +=
      scale * ((pointer.x() - pointer_.x()) * view.right_W() - (pointer.y() - pointer_.y()) * view.up_W);
  pointer_ = pointer;
}

void ToolDrag::deepen(const ViewGeometry& view, double distance_m) {
  // Along the line of sight, so that the target stays under the pointer.
  const Eigen::Vector3d sight = p_WTarget_ - view.p_WC;
  const double depth = view.depth(p_WTarget_);
  if (depth <= view.near_m) return;
  p_WTarget_ = view.p_WC + sight * (std::max(depth + distance_m, 2.0 * view.near_m) / depth);
}

void drawHandle(const ViewGeometry& view, const Eigen::Vector3d& p_WT, const HandleLook& look) {
  const auto centre = view.project(p_WT);
  auto* gl = QOpenGLVersionFunctionsFactory::get<QOpenGLFunctions_2_1>();
  if (!centre || !gl) return;
  Pen pen(*gl, view.size);
  // Two tones, so that it stands out from every background.
  const QColor outline = look.colour.lightnessF() > 0.45 ? QColor(20, 20, 20) : QColor(250, 250, 250);
  constexpr double kOutline = 3.0;
  const auto target = look.target ? view.project(*look.target) : std::nullopt;
  if (target) {
    pen.line(*centre, *target, look.width_px - 2 + kOutline, outline);
    pen.dot(*target, 6.0 + kOutline / 2, outline);
  }
  pen.ring(*centre, look.radius_px, look.width_px + kOutline, outline);
  if (look.dot) pen.dot(*centre, 4.5 + kOutline / 2, outline);
  if (target) {
    pen.line(*centre, *target, look.width_px - 2, look.colour);
    pen.dot(*target, 6.0, look.colour);
  }
  pen.ring(*centre, look.radius_px, look.width_px, look.colour);
  if (look.dot) pen.dot(*centre, 4.5, look.colour);
}

}  // namespace nudge
