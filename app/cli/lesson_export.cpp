#include "app/cli/lesson_export.h"

#include <algorithm>

namespace nudge::cli {

namespace {
template <typename List>
std::vector<std::string> namesOf(const List& list) {
  std::vector<std::string> names;
  for (const auto& entry : list) names.push_back(entry.name);
  return names;
}

Status checkLesson(const LessonInfo& lesson, const PackageContract& contract) {
  const auto differs = [&](const char* what) {
    return Error{ErrorCode::InvalidInput, std::string("the lesson was recorded with another ") + what +
                                              " than this program's task '" + contract.task + "' has"};
  };
  if (lesson.task != contract.task) return differs("task");
  if (lesson.observation != namesOf(contract.observation)) return differs("observation");
  // Of named choices a package lists the choices, a lesson the one number that says which.
  if (contract.discreteActions.empty() && lesson.action != namesOf(contract.action)) return differs("action");
  if (lesson.features != namesOf(contract.features)) return differs("set of features");
  return {};
}

PackageAncestor ancestorOf(const PolicyVersion& version, const std::vector<Update>& updates,
                           const LessonInfo& lesson) {
  PackageAncestor ancestor;
  ancestor.version = version.version;
  ancestor.parent = version.parent;
  ancestor.hash = version.hash;
  ancestor.created = version.created;
  for (std::size_t i = 0; i < version.theta.size() && i < lesson.features.size(); ++i)
    ancestor.theta[lesson.features[i]] = version.theta[i];
  for (const Update& update : updates) {
    if (update.resultVersion != version.version) continue;
    ancestor.expertSteps = update.expertSteps;
    ancestor.goodSteps = update.goodSteps;
    ancestor.badSteps = update.badSteps;
  }
  return ancestor;
}
}  // namespace

Status exportVersion(const Store& store, int version, PackageContract contract,
                     const std::filesystem::path& folder) {
  const LessonInfo& lesson = store.info();
  if (auto same = checkLesson(lesson, contract); !same) return same;
  auto wanted = store.policyVersion(version);
  if (!wanted) return wanted.error();
  auto versions = store.policyVersions();
  if (!versions) return versions.error();
  auto updates = store.updates();
  if (!updates) return updates.error();

  // From the wanted version to the prior; parents are older, so this ends.
  for (int next = version; next >= 0;) {
    const auto found = std::find_if(versions->begin(), versions->end(),
                                    [&](const PolicyVersion& v) { return v.version == next; });
    if (found == versions->end() || found->parent >= next)
      return Error{ErrorCode::Corrupt,
                   "the lesson does not know where version " + std::to_string(next) + " comes from"};
    contract.lineage.insert(contract.lineage.begin(), ancestorOf(*found, *updates, lesson));
    next = found->parent;
  }
  contract.version = version;
  contract.created = wanted->created;
  contract.mujocoVersion = lesson.mujocoVersion;
  const std::string& mjcf = lesson.mjcf;
  contract.mjcfHash = sha256Hex({reinterpret_cast<const std::uint8_t*>(mjcf.data()), mjcf.size()});
  for (std::size_t i = 0; i < contract.features.size() && i < wanted->theta.size(); ++i)
    contract.features[i].theta = wanted->theta[i];
  return exportPackage(folder, wanted->weights, contract);
}

}  // namespace nudge::cli
