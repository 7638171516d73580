// The report as a picture: rate (or surprising share, where that ends runs), teacher's reward and base task against
// expert samples.
#pragma once

#include <string>
#include <vector>

#include "core/benchmark/report.h"
#include "core/learn/learn.h"

namespace nudge {

/// An SVG with one row of three panels for each table that has finished runs: a line a method (mean over its runs
/// at equal expert samples), a band of ± half a 95 % interval, dashed lines for floor, prior and expert.
/// InvalidInput: no finished run at all.
Result<std::string> reportSvg(const std::vector<ReportTable>& tables, const ReportSource& source);

/// An SVG of a training run: the return of an episode and the share that succeeded, over control steps.
std::string trainingSvg(const std::string& title, const std::vector<CurvePoint>& curve);

}  // namespace nudge
