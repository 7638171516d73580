// Ways to learn from a lesson, behind one small interface: segments in, policy out.
//
// A method is one file in core/learn/methods that defines one `const Method`, named as the file; the build
// collects them. MereqInput, MereqSettings and MereqResult serve all of them: a method that knows no θ
// returns it as it was, and ignores the settings it has no use for.
#pragma once

#include <string>
#include <vector>

#include "core/learn/learn.h"

namespace nudge {

/// What people see of a method.
struct MethodInfo {
  std::string id;        ///< "mereq", "hg-dagger-ft"
  std::string title;     ///< "HG-DAgger-FT"
  std::string sentence;  ///< for people
  /// It needs a policy that says how likely an action is; without, one that only gives actions will do.
  bool needsPriorDensity = true;
  /// It starts from an untrained policy, not from the prior: see startingPolicy().
  bool fromNothing = false;
  /// Its θ and critics are of the whole reward, not of what comes on top of the prior's.
  bool wholeReward = false;
};

/// All methods, in the order to show them.
const std::vector<MethodInfo>& methods();
/// NotFound names the known ones.
Result<MethodInfo> findMethod(const std::string& id);

/// The policy that drives before the first update: the prior, or an untrained one of its shape. InvalidInput: the
/// method needs densities, and the prior has none; NotFound.
Result<Policy> startingPolicy(const std::string& method, const Policy& prior, std::uint64_t seed);

/// One update. It continues from what the version before learned, unless weights and critics mean something else there:
/// another kind of reward, or that of another lesson, which the prior comes from. Then it begins anew from the prior. Errors: NotFound (method, task), InvalidInput (no steps, sizes, a prior without densities), Cancelled, Internal (NaN).
Result<MereqResult> learn(const std::string& method, const MereqInput& input, const MereqSettings& settings,
                          const ProgressCallback& progress);

// ---- for the methods themselves ----------------------------------------------------------------
/// What a file in core/learn/methods defines.
struct Method {
  int place;  ///< in the list
  MethodInfo info;
  Result<MereqResult> (*learn)(const MereqInput&, const MereqSettings&, const ProgressCallback&);
};

}  // namespace nudge
