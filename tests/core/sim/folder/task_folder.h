// A folder with a task in it for a test, and the smallest task that there is.
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <string>

namespace nudge::test {

class TaskFolder {
 public:
  std::string path() const { return folder_.path().toStdString(); }
  std::string file(const char* name) const { return folder_.filePath(name).toStdString(); }
  void write(const QString& name, const QByteArray& content) const {
    const QString whole = folder_.filePath(name);
    QDir().mkpath(QFileInfo(whole).path());
    QFile file(whole);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
      qFatal("cannot write a test's file");
  }
  void remove() { folder_.remove(); }

 private:
  QTemporaryDir folder_;
};

/// One slide with a position servo that moves a ball towards a post.
inline const char* const kSlideMjcf =
    "<mujoco>\n"
    "  <compiler autolimits='true'/>\n"
    "  <option timestep='0.005'/>\n"
    "  <worldbody>\n"
    "    <camera name='front' pos='0 -2 0.5' xyaxes='1 0 0 0 0 1'/>\n"
    "    <geom name='post' type='box' pos='0.5 0 0' size='0.02 0.1 0.1'/>\n"
    "    <body name='cart'>\n"
    "      <joint name='slide' type='slide' axis='1 0 0' range='-0.6 0.6' damping='20'/>\n"
    "      <geom name='ball' size='0.05' mass='1'/>\n"
    "      <site name='tip' pos='0.05 0 0'/>\n"
    "    </body>\n"
    "    <body name='puck' pos='0 0.3 0.05'><freejoint/><geom name='puck' size='0.03' mass='0.1'/></body>\n"
    "    <geom name='floor' type='plane' size='2 2 0.1' pos='0 0 -0.1'/>\n"
    "  </worldbody>\n"
    "  <actuator><position name='servo' joint='slide' kp='400'/></actuator>\n"
    "</mujoco>\n";

inline const char* const kSlideToml =
    "[task]\n"
    "id = \"slide\"\n"
    "control_rate_hz = 20\n"
    "episode_steps = 40\n"
    "[control]\n"
    "kind = \"joints\"\n"
    "mode = \"velocity\"\n"
    "site = \"tip\"\n"
    "actuators = \"servo\"\n"
    "speed = 0.5\n"
    "[[observation]]\n"
    "name = \"slide\"\n"
    "term = \"joint_position\"\n"
    "joints = \"slide\"\n"
    "[[feature]]\n"
    "name = \"far\"\n"
    "term = \"distance\"\n"
    "of = \"tip\"\n"
    "from = \"post\"\n"
    "range = [0, 1]\n"
    "prior_weight = -1\n"
    "[[success]]\n"
    "term = \"distance\"\n"
    "of = \"tip\"\n"
    "from = \"post\"\n"
    "below = 0.1\n"
    "[[reset]]\n"
    "joint = \"slide\"\n"
    "value = [-0.3, 0.1]\n";

}  // namespace nudge::test
