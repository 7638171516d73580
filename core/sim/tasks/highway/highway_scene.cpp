#include "core/sim/tasks/highway/highway_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/base/random.h"
#include "core/sim/tasks/highway/highway_task.h"

namespace nudge {

/// The scene's text without the parts that repeat (highway.xml).
const std::string& highwayFrame();

namespace highway {
namespace {

constexpr double kPeriod = 96.0;  // the roadside repeats; a multiple of what its rows are apart
constexpr double kFirst = -2.0 * kPeriod, kLast = 5.0 * kPeriod;
constexpr double kMiddle = kLaneWidth * (kLanes - 1) / 2.0;  // y of the road's middle in the road frame
constexpr double kDash = 6.0, kDashEvery = 12.0, kPostEvery = 24.0;
constexpr int kTrees = 14;  // a period

template <typename... Numbers>
std::string text(const char* format, Numbers... numbers) {
  std::array<char, 400> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, numbers...);
  return buffer.data();
}

std::string dashesAndPosts() {
  std::string xml;
  for (double x = kFirst; x < kLast; x += kDashEvery)
    for (int line = 1; line < kLanes; ++line)
      xml += text("<geom class='paint' size='%g 0.075 0.01' pos='%g %g 0'/>\n", kDash / 2.0, x + kDash / 2.0,
                  kLaneWidth * (line - kLanes / 2.0));
  const double side = kLaneWidth * kLanes / 2.0 + 3.2;
  for (double x = kFirst; x < kLast; x += kPostEvery)
    for (const double y : {-side, side})
      xml += text("<geom class='post' pos='%g %g 0.5'/><geom class='reflector' pos='%g %g 0.85'/>\n", x, y, x,
                  y);
  return xml;
}

/// The same in every period, so that the road may jump back by one without being seen.
std::string trees() {
  Random random(3);
  std::string xml;
  for (int i = 0; i < kTrees; ++i) {
    const double at = kPeriod * (i + random.uniform(0.1, 0.9)) / kTrees;
    const double aside = random.uniform(15.0, 55.0) * (i % 2 == 0 ? 1.0 : -1.0);
    const double size = random.uniform(1.4, 2.6), shade = random.uniform(0.75, 1.1);
    for (double x = kFirst; x < kLast; x += kPeriod) {
      xml += text("<geom class='trunk' size='%.2f %.2f' pos='%.2f %.2f %.2f'/>\n", 0.12 * size, 0.9 * size,
                  x + at, aside, 0.9 * size);
      xml +=
          text("<geom class='crown' size='%.2f %.2f %.2f' pos='%.2f %.2f %.2f' rgba='%.3f %.3f %.3f 1'/>\n",
               size, size, 1.35 * size, x + at, aside, 2.6 * size, 0.20 * shade, 0.36 * shade, 0.18 * shade);
    }
  }
  return xml;
}

std::string car(const std::string& name, const char* shape, const char* paint) {
  const std::string kind(shape), colour(paint);
  std::string xml = "<body name='" + name + "' mocap='true'>\n";
  xml += "<geom class='part' mesh='" + kind + "_body' material='" + colour + "'/>\n";
  xml += "<geom class='part' mesh='" + kind + "_glass' material='glass'/>\n";
  xml += "<geom class='part' mesh='" + kind + "_roof' material='" + colour + "'/>\n";
  for (const double x : {-1.45, 1.5})
    for (const double y : {-0.86, 0.86}) xml += text("<geom class='wheel' pos='%g %g 0.33'/>\n", x, y);
  for (const double y : {-0.68, 0.68}) {
    xml += text("<geom class='tail' pos='-2.44 %g 0.72'/><geom class='head' pos='2.40 %g 0.60'/>\n", y, y);
  }
  if (name == "ego") {
    xml +=
        "<camera name='chase' mode='track' pos='-13 0 5.6' xyaxes='0 -1 0 0.2 0 0.98'/>\n"
        "<camera name='top' mode='track' pos='16 0 62' xyaxes='0 -1 0 1 0 0'/>\n";
  }
  return xml + "</body>\n";
}

std::string cars() {
  constexpr std::array<const char*, 6> kPaints{"white", "silver", "graphite", "navy", "sand", "brick"};
  std::string xml = car("ego", "saloon", "ego");
  for (int i = 1; i <= kOthers; ++i)
    xml += car("car" + std::to_string(i), i % 3 == 0 ? "van" : "saloon",
               kPaints[static_cast<std::size_t>(i * 7 % 6)]);
  return xml;
}

void replace(std::string& where, const std::string& mark, const std::string& with) {
  where.replace(where.find(mark), mark.size(), with);
}

}  // namespace

Result<Scene> Scene::fromMjcf(const std::string& mjcf) {
  auto world = World::fromMjcf(mjcf);
  if (!world) return world.error();
  Scene scene(std::move(*world));
  const auto mocap = [&scene](const std::string& name) {
    const int body = mj_name2id(&scene.model(), mjOBJ_BODY, name.c_str());
    return body < 0 ? -1 : scene.model().body_mocapid[body];
  };
  scene.road_ = mocap("road");
  for (int i = 0; i <= kOthers; ++i) scene.cars_.push_back(mocap(i == 0 ? "ego" : "car" + std::to_string(i)));
  const bool complete = scene.road_ >= 0 && *std::min_element(scene.cars_.begin(), scene.cars_.end()) >= 0;
  if (!complete || scene.model().nv != 0)
    return Error{ErrorCode::Corrupt, "the model is not a highway: it lacks the road or cars"};
  return scene;
}

void Scene::show(const std::vector<Pose>& cars) {
  mjData& data = world_.data();
  const double origin = cars.front().x;
  data.mocap_pos[3 * road_] = -std::fmod(origin, kPeriod);
  for (std::size_t i = 0; i < cars.size(); ++i) {
    double* position = data.mocap_pos + 3 * cars_[i];
    position[0] = cars[i].x - origin;
    position[1] = kMiddle - cars[i].y;
    position[2] = 0.0;
    double* turn = data.mocap_quat + 4 * cars_[i];
    turn[0] = std::cos(-cars[i].heading / 2.0);
    turn[1] = turn[2] = 0.0;
    turn[3] = std::sin(-cars[i].heading / 2.0);
  }
  world_.refresh();
}

void Scene::egoPosition(const Pose& ego, double* p_WT) {
  p_WT[0] = 0.0;
  p_WT[1] = kMiddle - ego.y;
  p_WT[2] = 0.7;
}

}  // namespace highway

const std::string& highwayMjcf() {
  static const std::string mjcf = [] {
    std::string text = highwayFrame();
    highway::replace(text, "<!--roadside-->", highway::dashesAndPosts() + highway::trees());
    highway::replace(text, "<!--cars-->", highway::cars());
    return text;
  }();
  return mjcf;
}

}  // namespace nudge
