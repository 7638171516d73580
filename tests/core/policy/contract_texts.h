// Contracts as people may write them. In a header, because moc loses its way after raw strings.
#pragma once

namespace nudge::test {

inline constexpr const char* kWholeContract = R"({"task": "bottle", "observation": ["a", {"name": "b", "unit": "m", "scale": 2}],
    "action": ["x"], "squash": "clip", "sigma": 0.3, "outputs": {"mean": "mu"}, "input": "obs"})";
inline constexpr const char* kDeterministicContract = R"({"sigma": "none"})";
inline constexpr const char* kBadContracts[] = {
    "", "{", "[1]", R"({"squas": "clip"})", R"({"squash": "relu"})", R"({"sigma": -1})", R"({"sigma": "many"})",
    R"({"observation": []})", R"({"observation": ["a", "a"]})", R"({"observation": [3]})",
    R"({"action": [{"name": "x", "scale": 0}]})", R"({"action": [{"nme": "x"}]})", R"({"task": 4})",
    R"({"outputs": ["mu"]})", R"({"format_version": 99})", R"({"format": "other"})"};

}  // namespace nudge::test
