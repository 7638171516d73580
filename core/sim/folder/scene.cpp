#include "core/sim/folder/scene.h"

#include <algorithm>
#include <cstdio>

namespace nudge {
namespace {

const char* kindName(mjtObj type) {
  switch (type) {
    case mjOBJ_SITE:
      return "site";
    case mjOBJ_XBODY:
    case mjOBJ_BODY:
      return "body";
    case mjOBJ_GEOM:
      return "geom";
    case mjOBJ_JOINT:
      return "joint";
    case mjOBJ_ACTUATOR:
      return "actuator";
    case mjOBJ_CAMERA:
      return "camera";
    case mjOBJ_KEY:
      return "keyframe";
    case mjOBJ_SENSOR:
      return "sensor";
    default:
      return "element";
  }
}

int countOf(const mjModel& model, mjtObj type) {
  switch (type) {
    case mjOBJ_SITE:
      return model.nsite;
    case mjOBJ_XBODY:
    case mjOBJ_BODY:
      return model.nbody;
    case mjOBJ_GEOM:
      return model.ngeom;
    case mjOBJ_JOINT:
      return model.njnt;
    case mjOBJ_ACTUATOR:
      return model.nu;
    case mjOBJ_CAMERA:
      return model.ncam;
    case mjOBJ_KEY:
      return model.nkey;
    case mjOBJ_SENSOR:
      return model.nsensor;
    default:
      return 0;
  }
}

constexpr mjtObj kPlaces[] = {mjOBJ_SITE, mjOBJ_BODY, mjOBJ_GEOM};

/// "body:table" is the body of that name; without such a start any kind will do.
std::optional<mjtObj> chosenKind(std::string& name) {
  for (const mjtObj type : kPlaces) {
    const std::string start = std::string(kindName(type)) + ":";
    if (name.rfind(start, 0) != 0) continue;
    name.erase(0, start.size());
    return type;
  }
  return std::nullopt;
}

}  // namespace

Eigen::Map<const Eigen::Vector3d> Place::position_W(const mjData& data) const {
  const double* all = type == mjOBJ_SITE ? data.site_xpos : type == mjOBJ_GEOM ? data.geom_xpos : data.xpos;
  return Eigen::Map<const Eigen::Vector3d>(all + 3 * id);
}

Eigen::Map<const Rotation3> Place::rotation_W(const mjData& data) const {
  const double* all = type == mjOBJ_SITE ? data.site_xmat : type == mjOBJ_GEOM ? data.geom_xmat : data.xmat;
  return Eigen::Map<const Rotation3>(all + 9 * id);
}

Eigen::Matrix<double, 6, 1> Place::velocity_W(const mjModel& model, const mjData& data) const {
  Eigen::Matrix<double, 6, 1> velocity;
  mj_objectVelocity(&model, &data, type, id, velocity.data(), 0);
  return velocity;
}

std::vector<std::string> SceneNames::all(mjtObj type) const {
  std::vector<std::string> names;
  for (int i = 0; i < countOf(*model_, type); ++i)
    if (const char* name = mj_id2name(model_, type, i); name && *name) names.emplace_back(name);
  return names;
}

int SceneNames::find(mjtObj type, const std::string& name, const TomlSection& section,
                     const std::string& key) const {
  if (name.empty()) return -1;  // said already
  const int id = mj_name2id(model_, type, name.c_str());
  if (id < 0)
    section.fail(key, std::string("the model has no ") + kindName(type) + " '" + name.substr(0, 60) + "'" +
                          suggestion(name, all(type)));
  return id;
}

int SceneNames::actuator(const std::string& name, const TomlSection& section, const std::string& key) const {
  if (mj_name2id(model_, mjOBJ_ACTUATOR, name.c_str()) < 0)
    if (const int joint = mj_name2id(model_, mjOBJ_JOINT, name.c_str()); joint >= 0)
      for (int i = 0; i < model_->nu; ++i)
        if (model_->actuator_trntype[i] == mjTRN_JOINT && model_->actuator_trnid[2 * i] == joint) return i;
  return find(mjOBJ_ACTUATOR, name, section, key);
}

Place SceneNames::place(const std::string& said, const TomlSection& section, const std::string& key) const {
  std::string name = said;
  if (name.empty()) return {};
  if (const auto type = chosenKind(name)) {
    const int id = find(*type, name, section, key);
    return {*type == mjOBJ_BODY ? mjOBJ_XBODY : *type, std::max(0, id)};
  }
  std::vector<std::string> known;
  for (const mjtObj type : kPlaces) {
    if (const int id = mj_name2id(model_, type, name.c_str()); id >= 0)
      return {type == mjOBJ_BODY ? mjOBJ_XBODY : type, id};
    const auto more = all(type);
    known.insert(known.end(), more.begin(), more.end());
  }
  section.fail(key,
               "the model has no site, body or geom '" + name.substr(0, 60) + "'" + suggestion(name, known));
  return {};
}

std::vector<int> SceneNames::geoms(const std::string& said, const TomlSection& section,
                                   const std::string& key) const {
  std::string name = said;
  std::vector<int> found;
  if (name.empty()) return found;
  const auto type = chosenKind(name);
  const int geom = type == mjOBJ_BODY ? -1 : mj_name2id(model_, mjOBJ_GEOM, name.c_str());
  if (geom >= 0) return {geom};
  const int body = type == mjOBJ_GEOM ? -1 : mj_name2id(model_, mjOBJ_BODY, name.c_str());
  if (body < 0) {
    std::vector<std::string> known = all(mjOBJ_GEOM), bodies = all(mjOBJ_BODY);
    known.insert(known.end(), bodies.begin(), bodies.end());
    section.fail(key, "the model has no geom or body '" + name.substr(0, 60) + "'" + suggestion(name, known));
    return found;
  }
  for (int i = 0; i < model_->body_geomnum[body]; ++i) found.push_back(model_->body_geomadr[body] + i);
  if (found.empty()) section.fail(key, "the body '" + name + "' has no geoms");
  return found;
}

std::string outsideRange(const mjModel& model, int joint, double value) {
  constexpr double kSlack = 1e-6;
  const double* range = model.jnt_range + 2 * joint;
  if (!model.jnt_limited[joint] || (value >= range[0] - kSlack && value <= range[1] + kSlack)) return {};
  const char* name = mj_id2name(&model, mjOBJ_JOINT, joint);
  char text[96];
  std::snprintf(text, sizeof text, "', %g to %g", range[0], range[1]);
  return "outside the range of joint '" + std::string(name ? name : "") + text;
}

std::vector<int> readAxes(TomlSection& section, const std::string& key, const std::string& otherwise) {
  const std::string said = section.text(key, otherwise);
  std::vector<int> axes;
  for (const char c : said) {
    const int axis = c - 'x';
    if (axis >= 0 && axis < 3 && std::find(axes.begin(), axes.end(), axis) == axes.end()) {
      axes.push_back(axis);
      continue;
    }
    axes.clear();
    break;
  }
  if (!axes.empty()) return axes;
  section.fail(key, "'" + key + "' in " + section.name() + " must be made of x, y and z, as in \"xy\"");
  return {0};
}

}  // namespace nudge
