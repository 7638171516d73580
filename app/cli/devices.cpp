#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "app/cli/commands.h"
#include "core/base/clock.h"
#include "core/input/device_reader.h"
#include "core/input/sources.h"
#include "core/input/teacher_profiles.h"

namespace nudge::cli {
namespace {

constexpr double kLook_s = 0.6;  // a source looks for its device at least this often

/// The readers of the window, ticked by this thread.
struct Readers {
  std::vector<std::unique_ptr<DeviceReader>> all;
  std::vector<DeviceSettings> settings;  ///< one a reader

  Readers(const TeacherProfiles& profiles, const std::string& teacher, const std::string& task) {
    for (auto& source : realSources()) {
      all.push_back(std::make_unique<DeviceReader>(std::move(source)));
      ReaderOrder order;
      order.settings = profiles.get(all.back()->kind(), teacher, task);
      all.back()->orders().write(order);
      settings.push_back(order.settings);
    }
  }
  template <typename Visit>
  void run(double time_s, const Visit& visit) {
    const double end_s = monotonic_s() + time_s;
    do {
      for (const auto& reader : all) {
        reader->tick(monotonic_s());
        reader->reports().refresh();
        visit(*reader);
      }
      std::this_thread::sleep_for(std::chrono::duration<double>(ReaderThread::kPeriod_s));
    } while (monotonic_s() < end_s);
  }
};

nlohmann::json describe(DeviceReader& reader, const DeviceSettings& settings) {
  const DeviceReport& report = reader.reports().front();
  nlohmann::json device{{"kind", deviceKindName(reader.kind())}, {"connected", report.raw.connected}, {"settings", settingsJson(settings)}};
  if (!report.raw.connected) {
    device["problem"] = report.info.problem;
    return device;
  }
  device["name"] = report.info.name;
  device["buttons"] = report.info.buttons;
  if (report.info.battery_percent >= 0) device["battery_percent"] = report.info.battery_percent;
  auto map = nlohmann::json::object();
  for (std::size_t i = 0; i < kMappedButtons; ++i)
    if (settings.buttons[i] != ButtonAction::None)
      map[std::to_string(i)] = buttonActionName(settings.buttons[i]);
  device["button_map"] = map;
  return device;
}

int list(Readers& readers, bool json) {
  auto devices = nlohmann::json::array();
  bool any = false;
  for (std::size_t i = 0; i < readers.all.size(); ++i) {
    const auto& reader = readers.all[i];
    devices.push_back(describe(*reader, readers.settings[i]));
    const DeviceReport& report = reader->reports().front();
    any = any || report.raw.connected;
    if (json) continue;
    if (report.raw.connected)
      std::printf("%-12s %s, %d buttons\n", deviceKindName(reader->kind()), report.info.name.c_str(),
                  report.info.buttons);
    else
      std::printf("%-12s %s\n", deviceKindName(reader->kind()), report.info.problem.c_str());
  }
  // Mouse and keyboard come with the window.
  if (json) printJson({{"devices", devices}});
  return any ? kFine : kNo;
}

/// One line for each change of a device: a packet, a state of the arbiter, a device that came or went.
void watch(Readers& readers, double time_s) {
  struct Seen {
    double packet_s = -1.0;
    GripState grip = GripState::Absent;
    bool connected = false;
  };
  std::vector<Seen> seen(readers.all.size());
  const double begin_s = monotonic_s();
  readers.run(time_s, [&](DeviceReader& reader) {
    const DeviceReport& report = reader.reports().front();
    Seen& last = seen[static_cast<std::size_t>(reader.kind())];
    const bool changed = report.raw.packet_s != last.packet_s || report.grip != last.grip ||
                         report.raw.connected != last.connected;
    last = {report.raw.packet_s, report.grip, report.raw.connected};
    if (!changed) return;
    nlohmann::json line{{"event", "device"},
                        {"time_s", report.now_s - begin_s},
                        {"device", deviceKindName(reader.kind())},
                        {"connected", report.raw.connected},
                        {"raw", report.raw.axes},
                        {"twist", report.wish},
                        {"velocity_m_s", report.v_W},
                        {"buttons", report.raw.buttons},
                        {"arbiter", gripStateName(report.grip)}};
    auto pressed = nlohmann::json::array();
    while (const ButtonPress* press = reader.presses().readable()) {
      pressed.push_back({{"button", press->button}, {"action", buttonActionName(press->action)}});
      reader.presses().release();
    }
    if (!pressed.empty()) line["pressed"] = pressed;
    printJson(line);
  });
}

struct Options {
  bool json = false;
  double watch_s = 0.0;
  std::string teacher, task;
};

int run(const Options& options) {
  const auto profiles = TeacherProfiles::load(TeacherProfiles::standardPath());
  if (!profiles) return fail(profiles.error());
  Readers readers(*profiles, options.teacher, options.task);
  readers.run(kLook_s, [](DeviceReader&) {});
  const int found = list(readers, options.json);
  if (options.watch_s <= 0.0) return found;
  watch(readers, options.watch_s);
  return kFine;
}

}  // namespace

void addDevices(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("devices",
                                     "List what can drive the robot besides mouse and keyboard: SpaceMouse "
                                     "(spacenavd) and gamepad. Exit code 1: none is there");
  auto options = std::make_shared<Options>();
  command->add_option("--teacher", options->teacher, "Whose settings count; without a name: nobody's in particular");
  command->add_option("--task", options->task, "For which task; without one: as they were last set");
  command->add_flag("--json", options->json, "One JSON document instead of text");
  command
      ->add_option("--watch", options->watch_s,
                   "For so many seconds, one line of JSON for each packet, button, and state of the arbiter "
                   "that decides who drives")
      ->check(CLI::Range(0.1, 86400.0));
  command->callback([&code, options] { code = run(*options); });
}

}  // namespace nudge::cli
