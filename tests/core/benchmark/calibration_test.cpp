// The gate of the shipped bottle policies, calibrated with few steps.
#include <QtTest>

#include "core/benchmark/calibration.h"

using namespace nudge;

class CalibrationTest : public QObject {
  Q_OBJECT

  std::unique_ptr<Task> task_;
  Policy prior_, teacher_;

  CalibrationSettings quick(double rate) const {
    CalibrationSettings settings;
    settings.rate = rate;
    settings.steps = 1'500;
    settings.trials = 5;
    return settings;
  }
  Result<Calibration> calibrate(std::span<const Policy> priors, const CalibrationSettings& settings) {
    return calibrateGate(*task_, priors, teacher_, teacher_, gateOf(teacher_), settings);
  }

 private Q_SLOTS:
  void initTestCase() {
    task_ = std::move(makeTask("bottle")).value();
    prior_ = shippedPolicy("bottle", "prior").value();
    teacher_ = shippedPolicy("bottle", "teacher").value();
  }

  void findsTheWantedRate() {
    const TeacherGate before = gateOf(teacher_);
    const auto result = calibrate(std::span(&prior_, 1), quick(0.3));
    QVERIFY(result.ok());
    QCOMPARE(result->trials.size(), std::size_t(5));
    QVERIFY2(std::abs(result->chosen.mean - 0.3) < 0.12, qPrintable(QString::number(result->chosen.mean)));
    for (const CalibrationTrial& trial : result->trials)  // the nearest was taken
      QVERIFY(std::abs(result->chosen.mean - 0.3) <= std::abs(trial.mean - 0.3));
    QVERIFY(result->floor < 0.1);  // the teacher finds little fault with itself
    QVERIFY(std::abs(result->gate.tauOff / result->gate.tauOn - before.tauOff / before.tauOn) < 1e-9);
    QCOMPARE(result->gate.stepsOn, before.stepsOn);
  }

  void aStricterRateAsksForALowerThreshold() {
    const auto often = calibrate(std::span(&prior_, 1), quick(0.6)), seldom = calibrate(std::span(&prior_, 1), quick(0.1));
    QVERIFY(often.ok() && seldom.ok());
    QVERIFY(often->gate.tauOn < seldom->gate.tauOn);
  }

  void aGateThatFindsAsMuchFaultWithAnExpertIsNoMeasure() {
    const auto blind = calibrateGate(*task_, std::span(&prior_, 1), teacher_, prior_, gateOf(teacher_), quick(0.3));
    QVERIFY(blind.ok());
    QVERIFY(!measuresAlignment(*blind));
    QVERIFY(measuresAlignment(calibrate(std::span(&prior_, 1), quick(0.3)).value()));
  }

  void refusals() {
    QCOMPARE(int(calibrate({}, quick(0.3)).error().code), int(ErrorCode::InvalidInput));
    QCOMPARE(int(calibrate(std::span(&prior_, 1), quick(1.0)).error().code), int(ErrorCode::InvalidInput));
    for (const int lossSteps : {0, 20}) {  // as a share of τ_on, and as a gap beside a loss
      TeacherGate gate = gateOf(teacher_);
      gate.tauOff = 900.0;
      gate.lossSteps = lossSteps;
      const auto never = calibrateGate(*task_, std::span(&prior_, 1), teacher_, teacher_, gate, quick(0.3));
      QVERIFY(!never.ok() && never.error().code == ErrorCode::InvalidInput);
      QVERIFY2(never.error().message.find("tau_off must lie under") == 0, never.error().message.c_str());
    }
  }
};

QTEST_APPLESS_MAIN(CalibrationTest)
#include "calibration_test.moc"
