// Behaviour cloning and the methods built on it: they fit a known teacher.
#include "core/learn/imitation.h"

#include <QtTest>
#include <cmath>

#include "core/learn/method.h"

using namespace nudge;

namespace {

Mlp network(int in, int hidden, int out, Random& random, float scale = 0.5f) {
  std::vector<DenseLayer> layers(2);
  layers[0].weight.resize(hidden, in);
  layers[0].bias.resize(hidden);
  layers[1].weight.resize(out, hidden);
  layers[1].bias.resize(out);
  for (DenseLayer& layer : layers) {
    layer.weight = layer.weight.unaryExpr([&](float) { return scale * static_cast<float>(random.normal()); }).eval();
    layer.bias = layer.bias.unaryExpr([&](float) { return 0.2f * static_cast<float>(random.normal()); }).eval();
  }
  return Mlp::fromLayers(std::move(layers)).value();
}

Actor gaussian(Random& random) { return GaussianPolicy::create(network(3, 32, 4, random), -2.3f, 1.0f).value(); }
/// As policies from elsewhere: clipped actions, σ laid between its bounds by tanh, tanh between the layers.
Actor clipped(Random& random) {
  std::vector<DenseLayer> layers = network(3, 32, 4, random, 0.3f).layers();
  layers[0].activation = Activation::Tanh;
  return GaussianPolicy::create(Mlp::fromLayers(layers).value(), {-3.0f, 0.0f, Sigma::Squashed, Squash::Clip}).value();
}
Actor choices(Random& random) {
  return CategoricalPolicy::create({{network(3, 32, 4, random), 2.0f}, {network(3, 32, 4, random), 0.5f}}).value();
}

/// What `driver` does in random states.
std::vector<Step> drive(Actor driver, int count, Random& random) {
  std::vector<Step> steps;
  for (int i = 0; i < count; ++i) {
    Step step;
    step.driver = Driver::Teacher;
    for (int k = 0; k < 3; ++k) step.observation.push_back(static_cast<float>(random.normal()));
    step.action.resize(static_cast<std::size_t>(driver.actionSize()));
    driver.sample(step.observation, random, step.action);
    steps.push_back(std::move(step));
  }
  return steps;
}

std::vector<const Step*> pointers(const std::vector<Step>& steps) {
  std::vector<const Step*> result;
  for (const Step& step : steps) result.push_back(&step);
  return result;
}

const auto kGoOn = [] { return true; };

}  // namespace

class ImitationTest : public QObject {
  Q_OBJECT

 private:
  void fits(Actor (*make)(Random&)) {
    Random random(1);
    const Actor teacher = make(random), start = make(random);
    const std::vector<Step> seen = drive(teacher, 2'000, random), unseen = drive(teacher, 500, random);
    const auto learned = imitate(start, {{pointers(seen), 1.0}}, {.updates = 1'500, .learningRate = 2e-3}, kGoOn);
    QVERIFY(learned.ok());
    const double before = imitationLoss(start, pointers(unseen)), after = imitationLoss(*learned, pointers(unseen));
    const double best = imitationLoss(teacher, pointers(unseen));
    QVERIFY2(after - best < 0.15 * (before - best), QByteArray::number(before) + ' ' + QByteArray::number(after) + ' ' + QByteArray::number(best));
  }

 private Q_SLOTS:
  void aGaussianFitsAKnownTeacher() { fits(gaussian); }
  void choicesFitAKnownTeacher() { fits(choices); }
  void aClippedGaussianFitsAKnownTeacher() { fits(clipped); }

  void aPolicyWithoutDensityFitsTheMean() {
    Random random(6);
    const auto make = [&random](Squash squash) -> Actor {
      return GaussianPolicy::create(network(3, 32, 2, random, 0.3f), {-4.0f, 1.0f, Sigma::None, squash}).value();
    };
    for (const Squash squash : {Squash::Clip, Squash::Tanh}) {
      Actor teacher = make(squash), start = make(squash);
      const std::vector<Step> seen = drive(teacher, 2'000, random), unseen = drive(teacher, 200, random);
      auto learned = imitate(start, {{pointers(seen), 1.0}}, {.updates = 1'500, .learningRate = 2e-3}, kGoOn);
      QVERIFY(learned.ok() && !learned->hasDensity());
      const auto apart = [&unseen](Actor& actor) {
        double sum = 0.0;
        float action[2];
        for (const Step& step : unseen) {
          actor.mode(step.observation, action);
          sum += std::hypot(action[0] - step.action[0], action[1] - step.action[1]);
        }
        return sum;
      };
      QVERIFY2(apart(*learned) < 0.15 * apart(start), QByteArray::number(apart(*learned)) + ' ' + QByteArray::number(apart(start)));
    }
  }

  void theGradientGoesDownhillFromTheStart() {
    // One step of Adam moves every weight by the learning rate against the sign of its gradient.
    for (Actor (*make)(Random&) : {gaussian, choices}) {
      Random random(2);
      const Actor teacher = make(random), start = make(random);
      const std::vector<Step> steps = drive(teacher, 64, random);
      double least = imitationLoss(start, pointers(steps));
      for (const double rate : {1e-5, 1e-4, 1e-3}) {
        const auto moved = imitate(start, {{pointers(steps), 1.0}}, {.updates = 1, .batch = 2'048, .learningRate = rate, .average = 1.0}, kGoOn);
        const double loss = imitationLoss(*moved, pointers(steps));
        QVERIFY2(loss < least, QByteArray::number(loss) + " " + QByteArray::number(least));
        least = loss;
      }
    }
  }

  void poolsHaveTheirShareWhateverTheirNumbers() {
    // Two teachers who disagree in the same state: the mixture settles at the shares.
    Random random(3);
    const Actor start = choices(random);
    std::vector<Step> left(900), right(20);
    for (auto* steps : {&left, &right}) {
      for (Step& step : *steps) step.observation = {0.1f, -0.2f, 0.3f}, step.action = {steps == &left ? 0.0f : 2.0f};
    }
    auto mixed = imitate(start, {{pointers(left), 0.5}, {pointers(right), 0.5}}, {.updates = 1'500, .learningRate = 2e-3}, kGoOn);
    QVERIFY(mixed.ok());
    for (const Step* step : {&left[0], &right[0]}) {
      const double p = std::exp(mixed->logProbability(step->observation, step->action));
      QVERIFY2(std::abs(p - 0.5) < 0.05, QByteArray::number(p));
    }
  }

  void extremeActionsStayFinite() {
    Random random(4);
    const Actor start = gaussian(random);
    std::vector<Step> steps = drive(start, 50, random);
    for (Step& step : steps) step.action = {1.0f, -1.0f};
    auto learned = imitate(start, {{pointers(steps), 1.0}}, {.updates = 1'000, .learningRate = 2e-3}, kGoOn);
    QVERIFY(learned.ok());
    float action[2];
    learned->mode(steps[0].observation, action);
    QVERIFY(action[0] > 0.9f && action[1] < -0.9f);
  }

  void nothingToImitateIsRefused() {
    Random random(5);
    const auto refused = imitate(gaussian(random), {{{}, 1.0}}, {}, kGoOn);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
  }
};

QTEST_APPLESS_MAIN(ImitationTest)
#include "imitation_test.moc"
