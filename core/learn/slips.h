// Which of the teacher's actions were slips. A hand that slips moves the tool as nobody wants it, and effort, say, must not
// learn from that.
//
// A deliberate action stays near the running median of three steps, which follows a stroke, the jerk that begins it and a
// tap on a key of two steps, but not a single fumble; a slip may be anything. That is a mixture of a normal and a uniform
// distribution, fitted to all of the teacher's steps by expectation maximisation. Nothing is held against the policy: a
// correction differs from it by its nature. The two steps behind a slip make it good, which whoever had not slipped would not
// want either: they count as far as it was none.
#pragma once

#include <span>

#include "core/learn/irl.h"

namespace nudge {

/// Sets how likely each action of the expert demonstrations was meant (Demonstration::meant), if slips are more than
/// `leastShare` of them: jerks are in everything that a hand does, and are left alone. For continuous actions in [−1, 1].
/// Returns how many slips there were; 0 if they were left alone.
double findSlips(std::span<Demonstration> demonstrations, double leastShare);

}  // namespace nudge
