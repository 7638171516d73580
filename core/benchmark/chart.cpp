#include "core/benchmark/chart.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>

namespace nudge {

namespace {

constexpr double kPanelWidth = 380, kPanelHeight = 240, kLeft = 62, kTop = 40, kGap = 70, kBottom = 50, kTitle = 34;
constexpr double kLegend = 190;
/// Okabe and Ito's colours, which people of any colour vision tell apart, then two greys.
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D00", "#000000", "#777777"};

struct Point {
  double x, mean, halfWidth;
};
struct Curve {
  std::string title;
  const char* colour;
  std::vector<Point> points;
};
/// A dashed line across a panel.
struct Level {
  std::string title;
  double y;
};
struct Panel {
  std::string title;
  std::vector<Curve> curves;
  std::vector<Level> levels;
  double low = 0.0, high = 1.0;
  const char* across = "expert samples";
};

using Figure = std::function<double(const BenchmarkRound&)>;

double meanCost(const ReportRow& row) {
  std::vector<double> ends;
  for (const BenchmarkRun* run : row.each) ends.push_back(costsOf(*run).back());
  return over(row, row.each, ends).mean;
}

Curve curveOf(const ReportRow& row, const std::string& title, const char* colour, const Figure& figure) {
  constexpr int kPoints = 60;
  Curve curve{title, colour, {}};
  const double end = meanCost(row);
  for (int i = 0; i <= kPoints; ++i) {
    const double x = end * i / kPoints;
    std::vector<double> values;
    for (const BenchmarkRun* run : row.each) {
      std::vector<double> ys;
      for (const BenchmarkRound& r : run->rounds) ys.push_back(figure(r));
      values.push_back(valueAt(costsOf(*run), ys, x));
    }
    const Estimate e = over(row, row.each, values);
    curve.points.push_back({x, e.mean, e.halfWidth});
    if (end <= 0.0) break;
  }
  return curve;
}

/// A step of 1, 2 or 5 times a power of ten that gives about `count` ticks.
double tickStep(double range, int count) {
  const double rough = std::max(range, 1e-9) / count, power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= rough) return step * power;
  return 10.0 * power;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&') result += "&amp;";
    else if (c == '<') result += "&lt;";
    else if (c == '"') result += "&quot;";
    else result += c;
  }
  return result;
}

class Drawing {
 public:
  Drawing() { svg_.imbue(std::locale::classic()); }

  void text(double x, double y, const std::string& what, const char* anchor = "middle", int size = 12,
            const char* colour = "#333333") {
    svg_ << "<text x=\"" << x << "\" y=\"" << y << "\" text-anchor=\"" << anchor << "\" font-size=\"" << size
         << "\" fill=\"" << colour << "\">" << escaped(what) << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const char* colour, double width, const char* dash = "") {
    svg_ << "<line x1=\"" << x1 << "\" y1=\"" << y1 << "\" x2=\"" << x2 << "\" y2=\"" << y2 << "\" stroke=\"" << colour
         << "\" stroke-width=\"" << width << '"';
    if (*dash) svg_ << " stroke-dasharray=\"" << dash << '"';
    svg_ << "/>\n";
  }

  void panel(const Panel& p, double x0, double y0, double xMax) {
    const auto px = [&](double x) { return x0 + kPanelWidth * x / xMax; };
    const auto py = [&](double y) {
      const double part = std::clamp((y - p.low) / (p.high - p.low), 0.0, 1.0);
      return y0 + kPanelHeight * (1.0 - part);
    };
    text(x0, y0 - 10, p.title, "start", 13, "#000000");
    const double yStep = tickStep(p.high - p.low, 5), xStep = tickStep(xMax, 5);
    for (double y = std::ceil(p.low / yStep - 1e-9) * yStep; y <= p.high + 1e-9; y += yStep) {
      line(x0, py(y), x0 + kPanelWidth, py(y), "#e4e4e4", 1);
      text(x0 - 6, py(y) + 4, label(y), "end", 11);
    }
    for (double x = 0; x <= xMax + 1e-9; x += xStep) {
      line(px(x), y0 + kPanelHeight, px(x), y0 + kPanelHeight + 4, "#888888", 1);
      text(px(x), y0 + kPanelHeight + 18, label(x), "middle", 11);
    }
    line(x0, y0 + kPanelHeight, x0 + kPanelWidth, y0 + kPanelHeight, "#888888", 1);
    line(x0, y0, x0, y0 + kPanelHeight, "#888888", 1);
    text(x0 + kPanelWidth / 2, y0 + kPanelHeight + 36, p.across);
    for (const Level& level : p.levels) {
      line(x0, py(level.y), x0 + kPanelWidth, py(level.y), "#555555", 1, "5 4");
      text(x0 + kPanelWidth - 3, py(level.y) - 4, level.title, "end", 10, "#555555");
    }
    for (const Curve& c : p.curves) band(c, px, py);
    for (const Curve& c : p.curves) stroke(c, px, py);
  }

  std::string finish(double width, double height) const {
    std::ostringstream whole;
    whole.imbue(std::locale::classic());
    whole << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height << "\" viewBox=\"0 0 "
          << width << ' ' << height << "\" font-family=\"Inter, DejaVu Sans, sans-serif\">\n<rect width=\"" << width
          << "\" height=\"" << height << "\" fill=\"#ffffff\"/>\n" << svg_.str() << "</svg>\n";
    return whole.str();
  }

 private:
  static std::string label(double value) {
    std::ostringstream text;
    text.imbue(std::locale::classic());
    text << (std::abs(value) < 1e-9 ? 0.0 : value);
    return text.str();
  }
  template <typename X, typename Y>
  void band(const Curve& c, const X& px, const Y& py) {
    if (c.points.size() < 2) return;
    svg_ << "<polygon fill=\"" << c.colour << "\" fill-opacity=\"0.13\" points=\"";
    for (const Point& p : c.points) svg_ << px(p.x) << ',' << py(p.mean + p.halfWidth) << ' ';
    for (auto p = c.points.rbegin(); p != c.points.rend(); ++p) svg_ << px(p->x) << ',' << py(p->mean - p->halfWidth) << ' ';
    svg_ << "\"/>\n";
  }
  template <typename X, typename Y>
  void stroke(const Curve& c, const X& px, const Y& py) {
    svg_ << "<polyline fill=\"none\" stroke=\"" << c.colour << "\" stroke-width=\"2\" points=\"";
    for (const Point& p : c.points) svg_ << px(p.x) << ',' << py(p.mean) << ' ';
    svg_ << "\"/>\n<circle cx=\"" << px(c.points.back().x) << "\" cy=\"" << py(c.points.back().mean) << "\" r=\"3\" fill=\""
         << c.colour << "\"/>\n";
  }

  std::ostringstream svg_;
};

/// The range of the means and levels, with a little room.
void fitRange(Panel& panel) {
  panel.low = std::numeric_limits<double>::infinity();
  panel.high = -panel.low;
  const auto cover = [&](double y) {
    panel.low = std::min(panel.low, y);
    panel.high = std::max(panel.high, y);
  };
  for (const Curve& c : panel.curves)
    for (const Point& p : c.points) cover(p.mean);
  for (const Level& l : panel.levels) cover(l.y);
  const double room = std::max(0.06 * (panel.high - panel.low), 1e-3);
  panel.low -= room;
  panel.high += room;
}

std::vector<Panel> panelsOf(const ReportTable& table, const ReportSource& source) {
  std::vector<Panel> panels(3);
  panels[0].title = table.bySurprise ? "share of surprising teacher steps, frozen policy" : "intervention rate, frozen policy";
  panels[1].title = "teacher's reward, robot alone";
  panels[2].title = "success, robot alone";
  const auto rate = [&table](const SupervisedFigures& f) { return table.bySurprise ? f.surprisingRate() : f.rate(); };
  const Figure figures[] = {[rate](const BenchmarkRound& r) { return rate(r.evaluated); },
                            [](const BenchmarkRound& r) { return r.alone.teacherReward; },
                            [](const BenchmarkRound& r) { return r.alone.success; }};
  for (std::size_t i = 0; i < panels.size(); ++i) {
    for (std::size_t m = 0; m < table.rows.size(); ++m) {
      const ReportRow& row = table.rows[m];
      if (row.runs == 0) continue;
      const std::string title = source.title(row) + (row.fromNothing ? ", seed by seed" : "");
      panels[i].curves.push_back(curveOf(row, title, kColours[m % std::size(kColours)], figures[i]));
    }
  }
  if (table.floor) panels[0].levels.push_back({"floor", rate(*table.floor)});
  panels[0].levels.push_back({".05", 0.05});
  if (table.expert) {
    panels[1].levels.push_back({"expert", table.expert->shown().teacherReward});
    panels[2].levels.push_back({"expert", table.expert->shown().success});
  }
  if (!table.priors.empty()) {
    std::vector<double> reward, success;
    for (const auto& [name, prior] : table.priors) {
      reward.push_back(prior.shown().teacherReward);
      success.push_back(prior.shown().success);
    }
    panels[1].levels.push_back({"priors", estimate(reward).mean});
    panels[2].levels.push_back({"priors", estimate(success).mean});
  }
  for (Panel& panel : panels) fitRange(panel);
  panels[0].low = 0.0;
  return panels;
}

}  // namespace

std::string trainingSvg(const std::string& title, const std::vector<CurvePoint>& curve) {
  Panel panels[2];
  panels[0].title = "return of an episode";
  panels[1].title = "success";
  for (Panel& panel : panels) {
    panel.across = "control steps";
    panel.curves.push_back({"", kColours[0], {}});
  }
  double end = 1.0;
  for (const CurvePoint& point : curve) {
    end = std::max(end, static_cast<double>(point.step));
    panels[0].curves[0].points.push_back({static_cast<double>(point.step), point.episodeReturn, 0.0});
    panels[1].curves[0].points.push_back({static_cast<double>(point.step), point.success, 0.0});
  }
  if (curve.empty())
    for (Panel& panel : panels) panel.curves.clear();
  else
    fitRange(panels[0]);
  Drawing drawing;
  drawing.text(kLeft, 24, title, "start", 16, "#000000");
  for (int i = 0; i < 2; ++i) drawing.panel(panels[i], kLeft + i * (kPanelWidth + kGap), kTitle + kTop - 10, end);
  return drawing.finish(kLeft + 2 * (kPanelWidth + kGap), kTitle + kTop + kPanelHeight + kBottom);
}

Result<std::string> reportSvg(const std::vector<ReportTable>& tables, const ReportSource& source) {
  Drawing drawing;
  double y = 0.0;
  for (const ReportTable& table : tables) {
    double xMax = 0.0;
    bool any = false;
    for (const ReportRow& row : table.rows) {
      if (row.runs == 0) continue;
      any = true;
      xMax = std::max(xMax, meanCost(row));
    }
    if (!any) continue;
    std::string title = table.taskName() + ", " + table.protocol + " protocol, teacher " + table.teacher;
    for (const std::string& s : table.settings.set) title += ", " + s;
    drawing.text(kLeft, y + 24, title, "start", 16, "#000000");
    const std::vector<Panel> panels = panelsOf(table, source);
    for (std::size_t i = 0; i < panels.size(); ++i)
      drawing.panel(panels[i], kLeft + static_cast<double>(i) * (kPanelWidth + kGap), y + kTitle + kTop - 10,
                    std::max(xMax, 1.0));
    double entry = y + kTitle + kTop;
    const double x = kLeft + 3 * (kPanelWidth + kGap) - 30;
    for (const Curve& c : panels[0].curves) {
      drawing.line(x, entry, x + 24, entry, c.colour, 3);
      drawing.text(x + 32, entry + 4, c.title, "start");
      entry += 22;
    }
    y += kTitle + kTop + kPanelHeight + kBottom;
  }
  if (y == 0.0) return Error{ErrorCode::InvalidInput, "there is no finished run to draw"};
  return drawing.finish(kLeft + 3 * (kPanelWidth + kGap) + kLegend, y);
}

}  // namespace nudge
