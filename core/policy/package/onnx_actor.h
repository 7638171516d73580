// An actor that was trained elsewhere: an ONNX graph of dense layers becomes one of our own networks.
//
// The graph is read backwards from the outputs that are wanted, so whatever else it holds (a critic, log-probabilities)
// does not matter. What may stand on the way is what PyTorch makes of an MLP: Gemm or MatMul and Add; Relu, Tanh,
// Sigmoid, Elu, x·Sigmoid(x); arithmetic with constants (normalisation, scales), Clip, Min, Max; Exp and Log of σ;
// Softmax, LogSoftmax; and what only moves numbers about (Reshape, Flatten, Split, Slice, Gather, Expand, …). With a
// batch of one, shapes are constants, so computations on them are simply carried out. Any other operator is named in
// the error, with its node. The page for people is resources/docs/manual/own-prior.md.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/policy/policy.h"

namespace nudge {

/// How the numbers of a file meet those of a task.
struct OnnxMapping {
  std::string input;                           ///< name; empty: the only one
  std::map<std::string, std::string> outputs;  ///< role (mean, log_std, std, action, logits) → name; empty: by usual names
  int observationSize = 0;                     ///< of the task
  std::vector<int> observation;                ///< for each number the file takes, its place in the task's observation
  std::vector<double> observationScale;        ///< … and the factor from the task's number to the file's
  std::vector<double> observationOffset;       ///< … and what is added then; empty: nothing
  std::string observationBy = "the task";      ///< who says how many the file takes
  std::vector<int> action;                     ///< for each action (or choice) of the task, its place in the file's
  std::vector<double> actionScale;             ///< … and the factor from the file's number to the task's; unused for choices
  std::vector<double> actionOffset;            ///< … and what is added then; empty: nothing
  bool choices = false;                        ///< the task has named choices: the file gives logits
  std::optional<Squash> squash;                ///< where the graph itself does not say
  std::vector<double> sigma;                   ///< stated, of an actor that gives means alone, before squashing: one, or one an action of the file
  double usualSigma = 0.0;                     ///< taken where it is not stated; 0: it has to be
  bool deterministic = false;                  ///< such an actor stays without a density
};

/// What was read, for the record and for people.
struct OnnxActor {
  Actor actor;
  std::string input;
  std::map<std::string, std::string> outputs;  ///< role → name, those that were used
  std::string sigma;                           ///< "from the file", "constant in the file", "stated", "usual", "none"
  std::string producer;                        ///< as the file names it, with its version
};

/// Errors: Corrupt (no ONNX model, damaged tensors, cycles), InvalidInput (an operator, type or shape that does not make
/// an actor; a statement that is missing), NewerVersion. Time and memory are bounded: files and tensors that ask for
/// more than about half a gigabyte are refused. Any thread.
Result<OnnxActor> readOnnxActor(std::span<const std::uint8_t> bytes, const OnnxMapping& mapping);

}  // namespace nudge
