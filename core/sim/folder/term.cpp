#include "core/sim/folder/term.h"

namespace nudge {

const std::vector<TermKind>& termKinds() {
  static const std::vector<TermKind> all = [] {
    std::vector<TermKind> kinds;
    for (const auto group :
         {placeTerms, shapeTerms, motionTerms, jointTerms, contactTerms, actionTerms, areaTerms, sensorTerms})
      for (TermKind& kind : group()) kinds.push_back(std::move(kind));
    return kinds;
  }();
  return all;
}

const TermKind* termKind(const std::string& name) {
  for (const TermKind& kind : termKinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

std::unique_ptr<Term> makeTerm(TomlSection& section, const SceneNames& names) {
  const std::string wanted = section.text("term");
  if (wanted.empty()) return nullptr;
  TermReader reader{section, names};
  if (const TermKind* kind = termKind(wanted)) return kind->make(reader);
  section.finishUnread();
  std::vector<std::string> known;
  for (const TermKind& kind : termKinds()) known.push_back(kind.name);
  section.fail("term", "there is no term '" + wanted.substr(0, 60) + "'" + suggestion(wanted, known) +
                           " ('nudge-cli check-task --terms' lists them)");
  return nullptr;
}

std::vector<TermPart> axisParts(const std::vector<int>& axes, const std::string& unit,
                                const std::string& what) {
  std::vector<TermPart> parts;
  for (const int axis : axes) {
    const std::string letter(1, static_cast<char>('x' + axis));
    parts.push_back({axes.size() > 1 ? letter : "", unit, what + ", world " + letter});
  }
  return parts;
}

}  // namespace nudge
