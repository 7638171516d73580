#include "app/cli/policy_source.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "core/engine/evaluate.h"
#include "core/engine/package_contract.h"
#include "core/sim/folder/folder_task.h"
#include "sessions/store.h"

namespace nudge::cli {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kMaxPolicy = 64u << 20;

/// A database, or what calls itself a session: the store then says best what is wrong with it.
bool isSession(const fs::path& path) {
  std::array<char, 15> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return path.extension() == ".nudge" || std::string_view(start.data(), start.size()) == "SQLite format 3";
}

Result<PolicySource> fromWeights(PolicySource source, Result<std::vector<std::uint8_t>> weights) {
  if (!weights) return weights.error();
  auto policy = parsePolicy(*weights);
  if (!policy) return Error{policy.error().code, source.name + ": " + policy.error().message};
  source.policy = std::move(*policy);
  source.weights = std::move(*weights);
  return source;
}

Result<PolicySource> fromSession(PolicySource source) {
  auto store = Store::open(source.name, OpenMode::ReadOnly);
  if (!store) return store.error();
  if (!source.version) {
    auto active = store->activeVersion();
    if (!active) return active.error();
    source.version = *active;
  }
  auto version = store->policyVersion(*source.version);
  if (!version) return version.error();
  source.kind = "session";
  source.task = store->info().task;
  source.world = taskOfLesson(source.task, store->info().mjcf);
  return fromWeights(std::move(source), std::move(version->weights));
}

Result<PolicySource> fromPackage(PolicySource source) {
  auto package = loadPackage(source.name);
  if (!package) return package.error();
  source.kind = "package";
  source.task = package->contract.task;
  source.version = package->contract.version;
  source.policy = std::move(package->policy);
  source.weights = std::move(package->weights);
  source.contract = std::move(package->contract);
  return source;
}

Result<PolicySource> locate(const std::string& name, const std::string& task, std::optional<int> version) {
  PolicySource source;
  source.name = name;
  source.task = task;
  source.version = version;
  std::error_code ignored;
  const auto status = fs::status(name, ignored);
  const bool session = fs::is_regular_file(status) && isSession(name);
  if (version && !session)
    return Error{ErrorCode::InvalidInput, "--version chooses from a session file, and " + name + " is none"};
  if (name == "prior" || name == "teacher") {
    if (task.empty()) return Error{ErrorCode::InvalidInput, "say which task's " + name + ": --task"};
    source.kind = name;
    return fromWeights(std::move(source), shippedPolicyBytes(task, name));
  }
  if (session) return fromSession(std::move(source));
  if (fs::is_directory(status)) return fromPackage(std::move(source));
  if (!fs::exists(status))
    return Error{ErrorCode::NotFound, "there is no policy '" + name + "': give " + kPolicyHelp};
  source.kind = "file";
  return fromWeights(std::move(source), readFile(name, kMaxPolicy));
}
}  // namespace

Result<std::string> taskOfPolicyFile(const std::string& file, const std::string& id) {
  if (id.empty()) return Error{ErrorCode::InvalidInput, file + " does not say which task it is for: give --task"};
  const auto builtIn = taskIds();
  if (std::find(builtIn.begin(), builtIn.end(), id) != builtIn.end()) return id;
  std::error_code ignored;
  const fs::path priors = fs::weakly_canonical(file, ignored).parent_path(), folder = priors.parent_path();
  if (priors.filename() == "priors" && isTaskFolder(folder.string())) {
    const auto task = makeTask(folder.string());
    if (!task) return task.error();
    if ((*task)->spec().id == id) return folder.string();
  }
  return Error{ErrorCode::InvalidInput, file + " is for task '" + id.substr(0, 60) + "', and does not lie in that task's folder: give --task"};
}

Result<PolicySource> findPolicy(const std::string& name, const std::string& task,
                                std::optional<int> version) {
  std::string id;
  if (!task.empty()) {
    const auto known = makeTask(task);
    if (!known) return known.error();
    id = (*known)->spec().id;
  }
  auto source = locate(name, absoluteTask(task), version);
  if (!source) return source;
  const bool shipped = source->kind == "prior" || source->kind == "teacher";
  const auto said = source->policy.info.find("task");
  if (shipped || (source->kind == "file" && !id.empty())) source->task = id;
  if (source->task.empty() && said != source->policy.info.end()) source->task = said->second;
  if (source->task.empty())
    return Error{ErrorCode::InvalidInput, "the policy does not say its task: give --task"};
  if (!id.empty() && source->task != id)
    return Error{ErrorCode::InvalidInput,
                 name + " is for task '" + source->task + "', not for '" + id + "'"};
  if (!source->world.empty()) return source;
  auto world = task.empty() ? taskOfPolicyFile(name, source->task) : Result<std::string>(absoluteTask(task));
  if (!world) return world.error();
  source->world = std::move(*world);
  return source;
}

Result<std::unique_ptr<Task>> makeTaskFor(const PolicySource& source) {
  auto task = makeTask(source.world);
  if (!task) return task;
  if (auto fits = checkPolicyFits(source.policy, (*task)->spec()); !fits) return fits.error();
  if (source.contract) {
    if (auto fits = checkContractFits(*source.contract, (*task)->spec()); !fits) return fits.error();
    if (source.contract->mjcfHash != contractFor(**task).mjcfHash)
      std::fprintf(stderr, "nudge-cli: note: the package was made with another version of the scene\n");
  }
  return task;
}

Status checkWritable(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) {
    return Error{ErrorCode::NotFound, "there is no folder " + folder.string() + " to write to"};
  }
  const bool there = std::filesystem::exists(path);
  std::ofstream probe(path, std::ios::app);
  if (!probe) return Error{ErrorCode::ReadOnly, "cannot write " + path.string()};
  probe.close();
  std::error_code ignored;
  if (!there) std::filesystem::remove(path, ignored);
  return {};
}

}  // namespace nudge::cli
