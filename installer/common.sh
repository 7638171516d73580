# Shared by ./installer/run and ./installer/test: say a step, do it, stop with one clear line when it fails.
# Sourced with the working folder at the top of the project.
set -euo pipefail

build=build/release
log=$build/installer.log

say() { printf 'nudge: %s\n' "$*" >&2; }
die() { printf 'nudge: failed: %s\n' "$*" >&2; exit 1; }

# quietly WHAT COMMAND…: runs it with its output in the log; on failure shows the log's end and stops.
quietly() {
  local what=$1; shift
  mkdir -p "$build"
  if ! "$@" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "$what (whole output: $log)"
  fi
}

install_packages() {
  local wanted missing sudo=
  wanted=$(sed 's/#.*//' installer/debian-packages.txt | xargs)
  missing=$(comm -23 <(tr ' ' '\n' <<<"$wanted" | sort -u) \
    <(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n 's/^ii //p' | sort -u) | xargs)
  [ -z "$missing" ] && return
  command -v apt-get >/dev/null || die "these Debian packages are missing, and there is no apt-get: $missing"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing; install them as root: $missing"
    sudo=sudo
  fi
  say "installing packages: $missing"
  quietly "updating the package lists" $sudo apt-get update
  # shellcheck disable=SC2086
  quietly "installing packages ($missing)" $sudo env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $missing
}

configure() {
  if [ ! -f $build/build.ninja ]; then
    say "configuring"
    # shellcheck disable=SC2086
    quietly "configuring" cmake --preset release ${NUDGE_CMAKE_ARGS:-}
  fi
}

build() {
  say "building what is not built yet (the first time takes some minutes)"
  quietly "building" nice ninja -C $build "$@"
}

# A virtual display of our own, gone when the script ends.
start_display() {
  local reply number
  reply=$(mktemp -u)
  mkfifo "$reply"
  Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3<>"$reply" >/dev/null 2>&1 &
  display_pid=$!
  trap 'kill $display_pid 2>/dev/null || true' EXIT
  read -r -t 20 number <>"$reply" || die "the virtual display (Xvfb) did not start"
  rm -f "$reply"
  export DISPLAY=":$number"
  unset WAYLAND_DISPLAY
}
