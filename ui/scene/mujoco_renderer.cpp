#include "ui/scene/mujoco_renderer.h"

#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <algorithm>
#include <exception>

namespace nudge {
namespace {

constexpr int kMaxGeoms = 2000;
constexpr int kSoftwareShadowMap = 1024;

}  // namespace

MujocoRenderer::MujocoRenderer(const mjModel& model) : model_(model) {
  mjv_defaultScene(&scene_);
  mjv_defaultOption(&option_);
  mjr_defaultContext(&context_);
  mjv_makeScene(&model, &scene_, kMaxGeoms);
}

MujocoRenderer::~MujocoRenderer() {
  mjv_freeScene(&scene_);
}

Status MujocoRenderer::makeContext(bool software) {
  dropContext();
  // Only these numbers are read while the context is made: a copy of the outer struct is enough. MuJoCo's
  // own framebuffer is never drawn to, so it stays tiny.
  mjModel model = model_;
  model.vis.global.offwidth = 16;
  model.vis.global.offheight = 16;
  model.vis.quality.offsamples = 0;
  if (software) {
    // Coarser round shapes and shadows: a quarter of the time less, and hardly seen.
    model.vis.quality.numslices = std::min(model.vis.quality.numslices, 20);
    model.vis.quality.numstacks = std::min(model.vis.quality.numstacks, 8);
    model.vis.quality.numquads = 1;
    model.vis.quality.shadowsize = std::min(model.vis.quality.shadowsize, kSoftwareShadowMap);
  }
  try {
    mjr_makeContext(&model, &context_, mjFONTSCALE_100);
  } catch (const std::exception& error) {
    mjr_defaultContext(&context_);
    return Error{ErrorCode::Internal, error.what()};
  }
  ready_ = true;
  return {};
}

void MujocoRenderer::dropContext() {
  if (!ready_) return;
  ready_ = false;
  mjr_freeContext(&context_);
  mjr_defaultContext(&context_);
}

void MujocoRenderer::setShadows(bool on) {
  scene_.flags[mjRND_SHADOW] = on;
  scene_.flags[mjRND_REFLECTION] = on;
}

void MujocoRenderer::update(mjData& data, SceneCamera& camera) {
  mjv_updateScene(&model_, &data, &option_, nullptr, &camera.camera(), mjCAT_ALL, &scene_);
  camera.apply(scene_);
}

void MujocoRenderer::draw(unsigned framebuffer, int width, int height) {
  QOpenGLFunctions* gl = QOpenGLContext::currentContext()->functions();
  gl->glDisable(GL_SCISSOR_TEST);
  // MuJoCo draws into 'its' offscreen framebuffer; lend it the given one for the time of the call.
  const unsigned ownFramebuffer = context_.offFBO;
  const int ownSamples = context_.offSamples;
  context_.offFBO = framebuffer;
  context_.offSamples = 0;
  context_.currentBuffer = mjFB_OFFSCREEN;
  mjr_restoreBuffer(&context_);
  mjr_render(mjrRect{0, 0, width, height}, &scene_, &context_);
  context_.offFBO = ownFramebuffer;
  context_.offSamples = ownSamples;
}

void MujocoRenderer::finish() {
  QOpenGLFunctions* gl = QOpenGLContext::currentContext()->functions();
  // Translucent geoms leave alpha below 1, which would let the window shine through.
  gl->glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_TRUE);
  gl->glClearColor(0, 0, 0, 1);
  gl->glClear(GL_COLOR_BUFFER_BIT);
  gl->glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  // Qt's text textures assume the default that MuJoCo changes.
  gl->glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
}

std::optional<Eigen::Vector3d> MujocoRenderer::pick(const mjData& data, const QPointF& pixel,
                                                    const QSizeF& size) const {
  Eigen::Vector3d point;
  int geom = -1;
  int skin = -1;
  const int body =
      mjv_select(&model_, &data, &option_, size.width() / size.height(), pixel.x() / size.width(),
                 1.0 - pixel.y() / size.height(), &scene_, point.data(), &geom, &skin);
  if (body < 0) return std::nullopt;
  return point;
}

}  // namespace nudge
