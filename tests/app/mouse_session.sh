#!/usr/bin/env bash
# A person's first lesson with a real mouse and real keys (xdotool) in the real program, on the present display:
# pause, take the handle and drag it for some seconds, let go, mark, learn, look back, export, quit.
# What was seen is told by the theme's colours on the screen; what was kept is read from the lesson file.
set -euo pipefail
bin=$1
for tool in xdotool import convert sqlite3; do
  command -v $tool >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done

home=$(mktemp -d)
window=
trap 'kill -9 "$window" 2>/dev/null || true; rm -rf "$home"' EXIT
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_RUNTIME_DIR=$home
export NUDGE_THEME=light QT_SCALE_FACTOR=1 LP_NUM_THREADS=1
unset XDG_CURRENT_DESKTOP
mkdir -p "$home/config/nudge"
printf '[help]\nseen=true\n' >"$home/config/nudge/nudge.conf"
lesson=$home/lesson.nudge

say() { echo "$SECONDS s: $*"; }
fail() { say "failed: $*"; exit 1; }
# patiently SECONDS COMMAND…: until the command succeeds
patiently() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "waited in vain: $*"
    kill -0 "$window" 2>/dev/null || fail "the window is gone: $(cat "$home/err")"
    sleep 0.3
  done
}
screen() { import -window root "$home/screen.png"; }
# shows COLOUR: at least a chip of exactly this colour is on the screen
shows() {
  screen
  [ "$(convert "$home/screen.png" -fill black +opaque "$1" -fill white -opaque "$1" -format '%[fx:int(mean*w*h)]' info:)" -gt 1200 ]
}
query() { sqlite3 -readonly "$lesson" "$1"; }
holds() { [ "$(query "$1" 2>/dev/null || echo 0)" -gt 0 ]; }

robot='#5D6877' teacher='#E69F00' review='#56B4E9' paused='#9AA3AF'

"$bin/nudge" --new "$lesson" 2>"$home/err" &
window=$!
patiently 60 xdotool search --onlyvisible --name Nudge >"$home/id"
id=$(tail -n 1 "$home/id")
xdotool windowmove "$id" 0 0 windowsize "$id" 1280 800
patiently 60 holds 'SELECT count(*) FROM step_chunk'
xdotool windowfocus "$id"

say "pause"
xdotool mousemove 640 300
xdotool key space
patiently 60 shows $paused
sleep 1
# The handle is the one ring in the robot's colour over the scene.
screen
box=$(convert "$home/screen.png" -crop 700x460+260+90 +repage -fill black +opaque $robot -fill white -opaque $robot -format '%@' info:)
IFS='x+' read -r wide high left top <<<"$box"
[ "$wide" -ge 20 ] && [ "$wide" -le 60 ] && [ "$high" -le 60 ] || fail "no handle seen: $box"
x=$((260 + left + wide / 2)) y=$((90 + top + high / 2))

say "drag the handle at $x,$y"
xdotool mousemove $x $y
sleep 0.5
xdotool mousedown 1
patiently 60 shows $teacher
for i in $(seq 60); do
  xdotool mousemove_relative -- $((i / 10 % 2 ? -3 : 3)) $((i % 3 == 0 ? 1 : 0))
  sleep 0.05
done
xdotool mouseup 1
patiently 60 shows $robot
patiently 60 holds 'SELECT coalesce(sum(teacher_steps), 0) >= 30 FROM episode'

say "mark"
xdotool key b
patiently 60 holds "SELECT count(*) FROM mark WHERE verdict = 'bad' AND active"

say "learn"
before=$(query 'SELECT sum(steps) FROM episode')
xdotool key l
patiently 60 holds 'SELECT count(*) FROM policy_update'
patiently 500 holds "SELECT count(*) FROM policy_update WHERE outcome <> 'running'"
holds "SELECT count(*) FROM policy_update WHERE outcome IN ('failed', 'cancelled')" && fail "$(query 'SELECT message FROM policy_update')"
[ "$(query 'SELECT sum(steps) FROM episode')" -gt "$before" ] || fail "teaching did not go on meanwhile"

say "look back"
xdotool mousemove 500 690 click 1
patiently 60 shows $review
xdotool key space
patiently 60 shows $robot

say "export"
version=$(query "SELECT coalesce(max(version), 0) FROM policy_version")
xdotool key ctrl+e
patiently 60 xdotool search --onlyvisible --name 'Export a policy' >"$home/id"
xdotool windowfocus "$(tail -n 1 "$home/id")"
sleep 1
xdotool key Return
patiently 60 test -e "$home/lesson-v$version/policy.onnx"
xdotool key Escape

say "quit"
sleep 1
xdotool windowfocus "$id" key ctrl+q
for _ in $(seq 200); do kill -0 "$window" 2>/dev/null || break; sleep 0.3; done
kill -0 "$window" 2>/dev/null && fail "it did not end"
wait "$window" || fail "it ended with $?: $(cat "$home/err")"

[ "$(query "SELECT count(*) FROM episode WHERE outcome = 'running' OR final_state IS NULL")" = 0 ] ||
  fail "an episode has no end"
"$bin/nudge-cli" check "$lesson" || fail "the lesson does not hold what happened"
"$bin/nudge-cli" run-policy "$home/lesson-v$version" --task bottle --episodes 1 || fail "the exported policy does not run"
say "the file holds it all"
