// Contracts as people may write them. In a header, because moc loses its way after raw strings.
#pragma once

namespace nudge::test {

inline constexpr const char* kWholeContract = R"({"task": "bottle", "observation": [{"name": "a", "offset": 0.5}, {"name": "b", "unit": "m", "scale": 2}],
    "action": [{"name": "x", "scale": -2}, "y"], "squash": "clip", "sigma": [0.3, 0.4], "outputs": {"mean": "mu"}, "input": "obs"})";
inline constexpr const char* kDeterministicContract = R"({"sigma": "none"})";
inline constexpr const char* kRepeatedContract = R"({"action": [{"name": "x", "scale": 1, "name": "y"}]})";
inline constexpr const char* kWrongSigmaContract = R"({"sigma": [0.1, 0]})";
inline constexpr const char* kBadContracts[] = {
    "", "{", "[1]", R"({"squas": "clip"})", R"({"squash": "relu"})", R"({"sigma": -1})", R"({"sigma": "many"})", R"({"sigma": []})",
    R"({"task": "a", "task": "b"})", R"({"action": [{"name": "x", "offset": "0"}]})",
    R"({"observation": []})", R"({"observation": ["a", "a"]})", R"({"observation": [3]})",
    R"({"action": [{"name": "x", "scale": 0}]})", R"({"action": [{"nme": "x"}]})", R"({"task": 4})",
    R"({"outputs": ["mu"]})", R"({"format_version": 99})", R"({"format": "other"})"};

}  // namespace nudge::test
