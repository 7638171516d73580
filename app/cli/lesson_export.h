// A policy version of a lesson as a package to take away (core/policy/package/package.h).
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/policy/package/package.h"
#include "sessions/store.h"

namespace nudge::cli {

/// Writes version `version` with its θ and the updates that led to it. `contract` is the task's side
/// (core/engine/package_contract.h). NotFound: no such version; InvalidInput: the lesson has other names than
/// the contract, or exportPackage refuses.
Status exportVersion(const Store& store, int version, PackageContract contract,
                     const std::filesystem::path& folder);

}  // namespace nudge::cli
