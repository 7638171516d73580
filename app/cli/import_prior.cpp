#include <cstdio>
#include <filesystem>

#include "app/cli/commands.h"
#include "core/base/files.h"
#include "core/engine/evaluate.h"
#include "core/engine/prior_import.h"
#include "core/policy/policy_path.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxModel = 64u << 20, kMaxContract = 1u << 20;
constexpr int kTrialEpisodes = 5;
constexpr std::uint64_t kTrialSeed = 900'001;

constexpr const char* kHelp =
    "Takes a policy that was trained elsewhere (an ONNX file of an MLP actor) as a task's prior. The manual page own-prior says\n"
    "what may be in it and how a contract names its observation and actions.";

struct Options {
  std::string file, task, contract, squash, out;
  std::optional<double> sigma;
  bool deterministic = false, replace = false, json = false;
};

/// The contract that lies beside the file: NAME.contract.json, or the policy.json of an exported package.
std::string contractBeside(const fs::path& file) {
  std::error_code ignored;
  for (const fs::path& name : {fs::path(file).replace_extension(".contract.json"), file.parent_path() / "policy.json"}) {
    const bool package = name.filename() == "policy.json";
    if ((!package || file.filename() == "policy.onnx") && fs::is_regular_file(name, ignored)) return name.string();
  }
  return {};
}

/// In the task's folder, where every command finds it; of a built-in task beside the model.
std::string defaultOut(const Options& o) {
  if (o.task.find('/') != std::string::npos) return policyPath(o.task, "prior").string();
  return fs::path(o.file).replace_extension().string() + "-prior.safetensors";
}

Result<ImportContract> readContract(const Options& o, const std::string& file) {
  ImportContract contract;
  if (!file.empty()) {
    auto bytes = readFile(file, kMaxContract);
    if (!bytes) return bytes.error();
    auto read = readImportContract(std::string(bytes->begin(), bytes->end()));
    if (!read) return Error{read.error().code, file + ": " + read.error().message};
    contract = std::move(*read);
  }
  if (!o.squash.empty()) contract.squash = squashByName(o.squash);
  if (o.sigma) contract.sigma = {*o.sigma};
  if (o.sigma) contract.deterministic = false;
  if (o.deterministic) contract.sigma.clear();
  contract.deterministic = contract.deterministic || o.deterministic;
  return contract;
}

Result<ImportedPrior> importFile(const Options& o, const std::string& contractFile, Task& task) {
  auto contract = readContract(o, contractFile);
  if (!contract) return contract.error();
  auto model = readFile(o.file, kMaxModel);
  if (!model) return model.error();
  auto imported = importPrior(*model, task.spec(), {fs::path(o.file).filename().string(), std::move(*contract)});
  if (!imported) return Error{imported.error().code, o.file + ": " + imported.error().message};
  if (!contractFile.empty()) imported->notes.insert(imported->notes.begin(), "Contract: " + contractFile + ".");
  if (auto fits = checkPolicyFits(imported->policy, task.spec()); !fits) return fits.error();
  return imported;
}

int print(const Options& o, const std::string& out, const ImportedPrior& imported, const Evaluation& trial) {
  const auto& info = imported.policy.info;
  if (o.json) {
    printJson({{"file", out}, {"task", info.at("task")}, {"source", info.at("source")}, {"source_sha256", info.at("source_sha256")},
               {"outputs", info.at("source_outputs")}, {"sigma", info.at("sigma")}, {"has_density", imported.policy.actor.hasDensity()},
               {"notes", imported.notes},
               {"trial", {{"episodes", kTrialEpisodes}, {"success_rate", trial.successRate}, {"failure_rate", trial.failureRate}}}});
    return kFine;
  }
  for (const std::string& note : imported.notes) std::printf("%s\n", note.c_str());
  std::printf("%s: %s, sigma %s\n", out.c_str(), info.at("source_outputs").c_str(), info.at("sigma").c_str());
  std::printf("Alone in %d episodes: success %.0f %%, %s %.0f %%.\n", kTrialEpisodes, 100.0 * trial.successRate, "failed",
              100.0 * trial.failureRate);
  if (!imported.policy.actor.hasDensity())
    std::printf("It only gives actions, not how likely they are: MEReQ cannot learn from it, hg-dagger-ft and iwr-ft can.\n");
  return kFine;
}

int run(Options o) {
  o.task = absoluteTask(o.task);
  auto task = makeTask(o.task);
  if (!task) return fail(task.error());
  const std::string out = o.out.empty() ? defaultOut(o) : o.out;
  std::error_code ignored;
  if (fs::exists(out, ignored) && !o.replace)
    return fail({ErrorCode::InvalidInput, out + " exists already; --replace overwrites it, --out names another"});
  if (o.out.empty()) fs::create_directory(fs::path(out).parent_path(), ignored);
  const std::string contractFile = o.contract.empty() ? contractBeside(o.file) : o.contract;
  auto imported = importFile(o, contractFile, **task);
  if (!imported) return fail(imported.error());
  EvaluationSettings trial;
  trial.episodes = kTrialEpisodes;
  trial.seed = kTrialSeed;
  auto ran = evaluatePolicy(**task, imported->policy, trial);
  if (!ran) return fail(ran.error());
  if (auto saved = savePolicyFile(imported->policy, out); !saved) return fail(saved.error());
  return print(o, out, *imported, *ran);
}

}  // namespace

void addImportPrior(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("import-prior", kHelp);
  command->add_option("FILE", o->file, "The ONNX model")->required();
  command->add_option("--task", o->task, "Task id, or a task's folder")->required();
  command->add_option("--contract", o->contract, "JSON that names observation and actions; default: FILE's name with .contract.json "
                                                 "beside it, or the policy.json of an exported package");
  command->add_option("--squash", o->squash, "How actions are bounded where the file does not say: tanh (SAC) or clip (PPO)")
      ->check(CLI::IsMember({"tanh", "clip"}));
  command->add_option("--sigma", o->sigma, "Sigma of a file that gives means alone, before squashing; default 0.2")
      ->check(CLI::PositiveNumber);
  command->add_flag("--deterministic", o->deterministic, "Take no sigma: only methods that imitate can learn from it")->excludes("--sigma");
  command->add_option("--out", o->out, "Policy file; default: the prior of the task's folder, or beside FILE");
  command->add_flag("--replace", o->replace, "Overwrite the policy file");
  command->add_flag("--json", o->json, "One JSON document instead of text");
  command->callback([o, &code] { code = run(*o); });
}

}  // namespace nudge::cli
