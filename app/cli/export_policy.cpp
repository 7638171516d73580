#include <cstdio>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/lesson_export.h"
#include "app/cli/policy_source.h"
#include "core/engine/package_contract.h"

namespace nudge::cli {
namespace {

constexpr const char* kHelp =
    "Writes a policy as a folder that other programs can run: ONNX with the scaling inside, the contract\n"
    "(policy.json), golden input and output vectors, and the weights as Nudge keeps them. The folder is new, "
    "empty,\n"
    "or an earlier package. --json prints {out, task, version, sha256}.";

struct Options {
  std::string policy, task, out;
  int version = -1;
  bool json = false;
};

Status exportSource(const PolicySource& source, PackageContract contract, const std::string& out) {
  if (source.kind == "session") {
    auto store = Store::open(source.name, OpenMode::ReadOnly);
    if (!store) return store.error();
    return exportVersion(*store, source.version.value_or(0), std::move(contract), out);
  }
  // A package keeps what it knew, whatever this program knows about the task.
  return exportPackage(out, source.weights, source.contract ? *source.contract : contract);
}

int run(const Options& options) {
  auto source = findPolicy(options.policy, options.task,
                           options.version < 0 ? std::nullopt : std::optional(options.version));
  if (!source) return fail(source.error());
  auto task = makeTaskFor(*source);
  if (!task) return fail(task.error());
  if (auto written = exportSource(*source, contractFor(**task), options.out); !written)
    return fail(written.error());
  if (options.json)
    printJson({{"out", options.out},
               {"task", source->task},
               {"version", source->version.value_or(0)},
               {"sha256", sha256Hex(source->weights)}});
  else
    std::printf("exported %s, version %d, to %s\n", source->name.c_str(), source->version.value_or(0),
                options.out.c_str());
  return kFine;
}
}  // namespace

void addExportPolicy(CLI::App& app, int& code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("export-policy", kHelp);
  command->add_option("POLICY", options->policy, kPolicyHelp)->required();
  command->add_option("--version", options->version, "Version in a session file (default: the active one)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--task", options->task, "Task id, for prior and teacher");
  command->add_option("--out", options->out, "Folder to write")->required();
  command->add_flag("--json", options->json, "One JSON document instead of text");
  command->callback([&code, options] { code = run(*options); });
}

}  // namespace nudge::cli
