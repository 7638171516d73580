// With what a record was made.
#pragma once

#include <string>

namespace nudge::cli {

/// The commit that this program was built from, with a + where its sources differed from it; "unknown" outside a checkout.
std::string sourceCommit();
/// "2 × Intel(R) Xeon(R) …": processors as the system names them.
std::string machineName();

}  // namespace nudge::cli
