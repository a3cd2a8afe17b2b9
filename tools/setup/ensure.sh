# Sourced by the launcher, with root set: ensure_ready run|test|demo|bench returns once everything that purpose needs is there.
# shellcheck shell=bash

setup=$root/tools/setup
tools=$root/.tools

ensure_ready() {
  local purpose=run state
  [[ $1 == test || $1 == bench ]] && purpose=$1
  state=$(wanted_state)
  is_ready "$purpose" "$state" || prepare "$purpose"
}

# One line that changes whenever the set-up has something to do: the pins, the scripts, the lockfile, the native sources.
wanted_state() {
  (
    cd "$root"
    # find complains of a folder that one of the modules does not have.
    { find tools/setup package-lock.json native/*/{CMakeLists.txt,CMakePresets.json,cmake,include,src,binding} \
      -type f ! -name '*.ts' -print0 2>/dev/null || true; } |
      LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
  )
}

is_ready() { # purpose state
  local recorded=
  [[ -r $tools/ready.$1 ]] && recorded=$(<"$tools/ready.$1")
  [[ $recorded == "$2" && -x $tools/node/bin/node && -d $root/node_modules ]] && addons_built
}

addons_built() {
  local presets folder
  for presets in "$root"/native/*/CMakePresets.json; do
    folder=${presets%/*}
    [[ -f $folder/build/release/${folder##*/}.node ]] || return 1
  done
}

prepare() { # purpose
  local state
  command -v flock >/dev/null || fail 'the command flock is missing' 'install the Debian package util-linux'
  mkdir -p "$tools/log" 2>/dev/null || fail "\"$tools\" cannot be written" 'run this as the owner of the folder'
  exec 9>"$tools/lock"
  flock -n 9 || { say 'waiting for another set-up to finish' && flock 9; }

  # Again under the lock: the other set-up may have done it all. A source edited while we build leaves an older state
  # behind, and the next start builds once more.
  state=$(wanted_state)
  if ! is_ready "$1" "$state"; then
    # shellcheck source=tools/setup/steps.sh
    source "$setup/steps.sh"
    ensure_packages "$1"
    ensure_node
    ensure_cosign "$1"
    ensure_modules
    ensure_addons
    printf '%s\n' "$state" >"$tools/ready.$1"
    say 'ready'
  fi
  exec 9>&-
}

say() { printf 'bulkhead: set-up: %s\n' "$*" >&2; }

fail() { # what and why, what to do
  printf 'bulkhead: set-up failed: %s; %s\n' "$1" "$2" >&2
  exit 1
}
