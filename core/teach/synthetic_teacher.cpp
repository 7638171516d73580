#include "core/teach/synthetic_teacher.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

namespace nudge {
namespace {

std::optional<double> parseNumber(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

constexpr double kLongestDelay_s = 10.0;

}  // namespace

SyntheticTeacher::SyntheticTeacher(Policy teacher, const TeacherGate& gate, const TeacherNoise& noise,
                                   double controlRate_hz, std::uint64_t seed)
    : teacher_(std::move(teacher)),
      gate_(gate),
      noise_(noise),
      controlRate_hz_(controlRate_hz),
      seed_(seed),
      random_(seed) {
  const double delay_s = std::clamp(noise.delay_s, 0.0, kLongestDelay_s);
  delayed_.resize(static_cast<std::size_t>(std::lround(delay_s * controlRate_hz)) + 1);
  values_.resize(static_cast<std::size_t>(std::max(0, gate.lossSteps)) + 1);
  rewards_.resize(values_.size());
  startEpisode(0);
}

void SyntheticTeacher::startEpisode(std::uint64_t seed) {
  random_ = Random(deriveSeed(seed_, seed));
  indifferent_ = Random(deriveSeed(deriveSeed(seed_, seed), 1)).uniform() < noise_.flip;
  gap_ = value_ = 0.0;
  best_ = -std::numeric_limits<double>::infinity();
  wanted_ = stalled_ = meant_ = false;
  above_ = below_ = withoutProgress_ = needless_ = step_ = 0;
  lostSince_ = -1;
  forgetLoss();
  std::fill(delayed_.begin(), delayed_.end(), 0);
}

void SyntheticTeacher::forgetLoss() {
  loss_ = 0.0;
  watched_ = 0;
}

void SyntheticTeacher::judgeLoss(double reward) {
  const std::size_t ring = values_.size();
  if (watched_ > 0) rewards_[static_cast<std::size_t>(watched_ - 1) % ring] = reward;
  values_[static_cast<std::size_t>(watched_) % ring] = value_;
  double kept = 0.0, discount = 1.0;
  const int first = std::max(0, watched_ - gate_.lossSteps);
  for (int i = first; i < watched_; ++i, discount *= gate_.discount) kept += discount * rewards_[static_cast<std::size_t>(i) % ring];
  loss_ = values_[static_cast<std::size_t>(first) % ring] - kept - discount * value_;
  ++watched_;
}

bool SyntheticTeacher::madeProgress(TaskSign sign) {
  if (!sign.done && !(value_ > best_ + gate_.stallGain)) return false;
  best_ = value_;
  return true;
}

bool SyntheticTeacher::wanted(TaskSign sign) {
  if (sign.lost) {
    if (lostSince_ < 0) lostSince_ = step_;
    return true;
  }
  // A gap that is no number is the worst gap: negated comparisons take the wheel and keep it.
  if (!wanted_) {
    if (gate_.lossSteps > 0) judgeLoss(sign.reward);
    const double judged = gate_.lossSteps > 0 ? loss_ : gap_;
    above_ = !(judged <= gate_.tauOn) && !indifferent_ ? above_ + 1 : 0;
    withoutProgress_ = madeProgress(sign) ? 0 : withoutProgress_ + 1;
    stalled_ = withoutProgress_ >= gate_.stallSteps;
    below_ = 0;
    if (stalled_) best_ = value_;
    return above_ >= gate_.stepsOn || stalled_;
  }
  if (stalled_ && madeProgress(sign)) stalled_ = false;
  below_ = gap_ < gate_.tauOff || indifferent_ ? below_ + 1 : 0;
  if (stalled_ || below_ < gate_.stepsOff) return true;
  above_ = withoutProgress_ = 0;
  best_ = value_;
  forgetLoss();
  return false;
}

bool SyntheticTeacher::decide(std::span<const float> observation, std::span<const float> proposal, TaskSign sign,
                              std::span<float> action) {
  teacher_.actor.mode(observation, action);
  value_ = static_cast<double>(teacher_.critics.mean(observation, action));
  gap_ = value_ - static_cast<double>(teacher_.critics.mean(observation, proposal));
  wanted_ = wanted(sign);

  const auto slot = static_cast<std::size_t>(step_) % delayed_.size();
  delayed_[slot] = wanted_;
  ++step_;
  meant_ = delayed_[static_cast<std::size_t>(step_) % delayed_.size()] != 0;  // the oldest entry

  // Drawn at every step, so that one noise does not shift the random numbers of the other.
  const double needless = random_.uniform(), length_s = random_.uniform(0.5, 1.5), fumble = random_.uniform();
  if (needless_ > 0) --needless_;
  else if (needless < noise_.random) needless_ = static_cast<int>(std::lround(length_s * controlRate_hz_));
  const bool driving = meant_ || needless_ > 0;
  if (driving && fumble < noise_.action) {
    const CategoricalPolicy* choices = teacher_.actor.categorical();
    for (float& a : action)
      a = choices ? static_cast<float>(random_.index(static_cast<std::uint64_t>(choices->choices())))
                  : static_cast<float>(random_.uniform(-1.0, 1.0));
  }
  return driving;
}

TeacherGate gateOf(const Policy& teacher) {
  const auto number = [&teacher](const char* key, double missing) {
    const auto entry = teacher.info.find(key);
    return entry == teacher.info.end() ? missing : parseNumber(entry->second).value_or(missing);
  };
  const auto steps = [&number](const char* key, int missing) {
    return static_cast<int>(std::clamp(number(key, missing), 1.0, 1e6));
  };
  TeacherGate gate;
  gate.tauOn = number("gate.tau_on", gate.tauOn);
  gate.tauOff = number("gate.tau_off", gate.tauOff);
  gate.stepsOn = steps("gate.steps_on", gate.stepsOn);
  gate.stepsOff = steps("gate.steps_off", gate.stepsOff);
  gate.stallGain = number("gate.stall_gain", gate.stallGain);
  gate.stallSteps = steps("gate.stall_steps", gate.stallSteps);
  gate.lossSteps = static_cast<int>(std::clamp(number("gate.loss_steps", gate.lossSteps), 0.0, 1e4));
  gate.discount = std::clamp(number("gate.discount", gate.discount), 0.0, 1.0);
  return gate;
}

Result<TeacherNoise> parseTeacher(const std::string& text) {
  const std::string_view whole = text;
  const std::size_t colon = whole.find(':');
  if (whole.substr(0, colon) != "synthetic")
    return Error{ErrorCode::InvalidInput, "unknown teacher '" + text + "': known is 'synthetic', with noise " +
                                              "as in 'synthetic:delay=0.4,noise=0.15,random=0.02,flip=0.05'"};
  TeacherNoise noise;
  std::string_view rest = colon == std::string_view::npos ? "" : whole.substr(colon + 1);
  if (colon != std::string_view::npos && rest.empty())
    return Error{ErrorCode::InvalidInput, "teacher '" + text + "': nothing stands behind the colon"};
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest = part.size() < rest.size() ? rest.substr(part.size() + 1) : "";
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const auto value = parseNumber(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    double* target = key == "delay" ? &noise.delay_s : key == "noise" ? &noise.action : key == "random" ? &noise.random
                     : key == "flip" ? &noise.flip : nullptr;
    const double highest = key == "delay" ? kLongestDelay_s : 1.0;
    if (!target || !value || *value < 0.0 || *value > highest)
      return Error{ErrorCode::InvalidInput, "teacher '" + text + "': '" + std::string(part) +
                                                "' is none of delay=0…10 (s), noise=0…1, random=0…1, flip=0…1"};
    *target = *value;
  }
  return noise;
}

std::string teacherText(const TeacherNoise& noise) {
  std::string text = "synthetic";
  char separator = ':';
  const std::pair<const char*, double> parts[] = {{"delay", noise.delay_s}, {"noise", noise.action}, {"random", noise.random}, {"flip", noise.flip}};
  for (const auto& [key, value] : parts) {
    if (value == 0.0) continue;
    char number[32];
    text += separator + std::string(key) + '=' + std::string(number, std::to_chars(number, std::end(number), value).ptr);
    separator = ',';
  }
  return text;
}

}  // namespace nudge
