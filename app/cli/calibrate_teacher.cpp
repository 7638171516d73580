// nudge-cli calibrate-teacher: sets the gate of a task's synthetic teacher and stores it with the teacher.
#include <cmath>
#include <cstdio>

#include "app/cli/commands.h"
#include "core/benchmark/calibration.h"
#include "core/engine/evaluate.h"
#include "core/policy/policy_path.h"
#include "core/sim/folder/folder_task.h"

namespace nudge::cli {

namespace {
using nlohmann::json;

struct Options {
  std::string task, teacher, expert, out;
  double rate = 0.0;  ///< 0: the task's own
  int stepsOn = 0, stepsOff = 0;  ///< 0: as the teacher has them
  int lossSteps = -1;             ///< -1: as the teacher has it
  double tauOff = 0.0;            ///< 0: as the teacher has it
  CalibrationSettings calibration;
  bool json = false;
};

/// A shipped policy, or another one from a file, that fits the task.
Result<Policy> load(const std::string& task, const TaskSpec& spec, const std::string& kind, const std::string& file) {
  auto policy = file.empty() ? shippedPolicy(task, kind) : loadPolicyFile(file);
  if (!policy) return policy.error();
  if (auto fits = checkPolicyFits(*policy, spec); !fits) return fits.error();
  return policy;
}

std::vector<Policy> shippedPriors(const std::string& task, const TaskSpec& spec) {
  std::vector<Policy> priors;
  for (const char* kind : {"prior", "prior2", "prior3"}) {
    if (auto prior = load(task, spec, kind, ""); prior) priors.push_back(std::move(*prior));
  }
  return priors;
}

constexpr double kHighestLoss = 30.0;  ///< bracket of τ_on where it is a loss over many steps

/// Rounded, so that the file says what was printed.
double rounded(double tau) { return std::round(tau * 1e4) / 1e4; }

void store(const TeacherGate& gate, Policy& teacher) {
  const auto text = [](double value) { return json(value).dump(); };
  teacher.info["gate.tau_on"] = text(rounded(gate.tauOn));
  teacher.info["gate.tau_off"] = text(rounded(gate.tauOff));
  teacher.info["gate.steps_on"] = std::to_string(gate.stepsOn);
  teacher.info["gate.steps_off"] = std::to_string(gate.stepsOff);
  teacher.info["gate.stall_gain"] = text(gate.stallGain);
  teacher.info["gate.stall_steps"] = std::to_string(gate.stallSteps);
  teacher.info["gate.loss_steps"] = std::to_string(gate.lossSteps);
  teacher.info["gate.discount"] = text(gate.discount);
}

json trialJson(const CalibrationTrial& trial) {
  return {{"tau_on", trial.tauOn}, {"rates", trial.rates}, {"mean", trial.mean}};
}

/// out: where the gate was stored, empty if it was not.
void print(const Calibration& result, const Options& o, const std::string& out) {
  if (o.json) {
    json trials = json::array();
    for (const CalibrationTrial& trial : result.trials) trials.push_back(trialJson(trial));
    printJson({{"task", o.task}, {"wanted", o.calibration.rate}, {"tau_on", rounded(result.gate.tauOn)},
               {"tau_off", rounded(result.gate.tauOff)}, {"rate", result.chosen.mean}, {"rates", result.chosen.rates},
               {"floor", result.floor}, {"trials", trials}, {"stored", !out.empty()}, {"file", out}});
    return;
  }
  for (const CalibrationTrial& trial : result.trials) std::printf("  tau_on %7.4f  rate %.3f\n", trial.tauOn, trial.mean);
  std::printf("%s: tau_on %.4f, tau_off %.4f: the teacher drives %.3f of the first round (wanted %.2f; by prior",
              (out.empty() ? "nothing stored" : out).c_str(), rounded(result.gate.tauOn), rounded(result.gate.tauOff), result.chosen.mean, o.calibration.rate);
  for (const double rate : result.chosen.rates) std::printf(" %.3f", rate);
  std::printf("), floor %.3f\n", result.floor);
}

int run(Options o) {
  o.task = absoluteTask(o.task);
  auto task = makeTask(o.task);
  if (!task) return fail(task.error());
  const TaskSpec& spec = (*task)->spec();
  auto teacher = load(o.task, spec, "teacher", o.teacher);
  if (!teacher) return fail(teacher.error());
  if (teacher->critics.empty()) return fail({ErrorCode::InvalidInput, "that teacher has no critics to judge with"});
  // Without an independent expert the teacher's own sampled policy is the nearest thing to one.
  auto expert = load(o.task, spec, "expert", o.expert);
  if (!expert && o.expert.empty() && expert.error().code == ErrorCode::NotFound) expert = *teacher;
  if (!expert) return fail(expert.error());
  o.calibration.rate = o.rate > 0.0 ? o.rate : spec.firstRoundRate;
  const std::string out =
      !o.out.empty() ? o.out
      : !o.teacher.empty() ? o.teacher : policyPath(o.task, "teacher").string();
  TeacherGate gate = gateOf(*teacher);
  if (o.stepsOn > 0) gate.stepsOn = o.stepsOn;
  if (o.stepsOff > 0) gate.stepsOff = o.stepsOff;
  if (o.lossSteps >= 0) gate.lossSteps = o.lossSteps;
  if (o.tauOff > 0.0) gate.tauOff = o.tauOff;
  gate.discount = spec.discount;
  if (gate.lossSteps > 0) o.calibration.highest = kHighestLoss;
  auto result = calibrateGate(**task, shippedPriors(o.task, spec), *teacher, *expert, gate, o.calibration);
  if (!result) return fail(result.error());
  if (!measuresAlignment(*result)) {
    print(*result, o, "");
    std::fprintf(stderr,
                 "nudge-cli: not stored, because this gate does not measure what is to be taught: it takes over in %.3f of an expert's "
                 "steps and in %.3f of the priors'. Train the teacher with --members, or let its wish weigh more\n",
                 result->floor, result->chosen.mean);
    return kNo;
  }
  store(result->gate, *teacher);
  if (auto saved = savePolicyFile(*teacher, out); !saved) return fail(saved.error());
  print(*result, o, out);
  return kFine;
}

}  // namespace

void addCalibrateTeacher(CLI::App& app, int& code) {
  auto o = std::make_shared<Options>();
  auto* command = app.add_subcommand("calibrate-teacher", "Set when a task's synthetic teacher takes over");
  command->add_option("TASK", o->task, "Task id, see 'nudge-cli tasks', or a task's folder")->required();
  command->add_option("--rate", o->rate, "Wanted intervention rate of the first round (default: the task's)")
      ->check(CLI::Range(0.01, 0.99));
  command->add_option("--teacher", o->teacher, "Teacher's policy file (default: the shipped one)");
  command->add_option("--expert", o->expert, "Policy file of an independent expert of the same reward, for the floor");
  command->add_option("--steps", o->calibration.steps, "Control steps of a trial with each prior")
      ->check(CLI::Range(100, 1'000'000))
      ->capture_default_str();
  command->add_option("--steps-on", o->stepsOn, "Steps that the gap stays above tau_on before the teacher takes over")
      ->check(CLI::Range(1, 1'000));
  command->add_option("--steps-off", o->stepsOff, "Steps that it stays under tau_off before the robot drives again")
      ->check(CLI::Range(1, 1'000));
  command->add_option("--loss-steps", o->lossSteps, "tau_on is for what the robot has lost over so many steps; 0: for the gap of one action")
      ->check(CLI::Range(0, 1'000));
  command->add_option("--tau-off", o->tauOff, "Gap under which the robot drives again, less than tau_on; where that is no loss, it keeps its share of the teacher's")
      ->check(CLI::Range(1e-4, 1e3));
  command->add_option("--seed", o->calibration.seed, "Seed of worlds and noise")->check(CLI::NonNegativeNumber);
  command->add_option("--out", o->out, "Where to save the teacher (default: where it came from)");
  command->add_flag("--json", o->json, "One JSON document instead of text");
  command->callback([&code, o] { code = run(*o); });
}

}  // namespace nudge::cli
