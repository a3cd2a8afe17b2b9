# The steps of the set-up, each of which looks first and does nothing when there is nothing to do.
# shellcheck shell=bash

# shellcheck source=tools/setup/versions.sh
source "$setup/versions.sh"

ensure_packages() { # purpose
  local missing
  command -v dpkg-query >/dev/null ||
    fail 'this is no Debian system' "run it on Debian 12, or install what $setup/packages.txt lists and a dpkg that knows it"
  missing=$(missing_packages "$1")
  [[ -z $missing ]] && return
  local command="apt-get install --no-install-recommends $missing"
  command -v apt-get >/dev/null || fail "Debian packages are missing ($missing) and so is apt-get" 'install them by hand'
  ((EUID == 0)) || fail "Debian packages are missing ($missing) and only root can install them" "run: sudo $command"

  say "Debian packages: $missing"
  local log=$tools/log/packages.log
  apt() { DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=600 "$@" >>"$log" 2>&1 </dev/null 9>&-; }
  : >"$log"
  # shellcheck disable=SC2086 # a list of names
  { apt update && without_services apt install --no-install-recommends $missing; } ||
    fail "apt-get could not install $missing ($(last_error "$log" '^E:'))" "see $log, then run: $command"
}

# What asks whether a package may start its service (invoke-rc.d and deb-systemd-invoke do).
policy_file=/usr/sbin/policy-rc.d

# Runs a command during which no package starts a service: tests start the servers they need themselves. A policy that is
# there is the machine's own and stays; ours goes with the command, also after Ctrl-C, and allows everything once
# its process is gone.
without_services() ( # command…
  local me=$BASHPID
  if (set -o noclobber && printf '#!/bin/sh\n[ ! -d /proc/%s ] || exit 101\n' "$me" >"$policy_file") 2>/dev/null; then
    trap 'rm -f "$policy_file"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    chmod 755 "$policy_file"
  fi
  "$@"
)

missing_packages() { # purpose
  local name needs wanted=()
  while read -r name needs; do
    [[ $name == '#'* || -z $name ]] && continue
    [[ $needs == run || $needs == "$1" || "$1 $needs" == 'bench test' ]] && wanted+=("$name")
  done <"$setup/packages.txt"
  comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' | sort) |
    tr '\n' ' ' | sed 's/ $//'
}

ensure_node() {
  local arch
  case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) fail "there is no Node for the processor $(uname -m)" 'use an x86-64 or arm64 machine' ;;
  esac
  [[ -f $tools/node/pinned && $(<"$tools/node/pinned") == "$node_version $npm_version" ]] && return

  say "Node $node_version"
  local fresh=$tools/node.fresh
  rm -rf "$fresh" && mkdir -p "$fresh/lib/node_modules/npm"
  fetch "node-linux-$arch" "$node_version" "${node_sha512[$arch]}" "$fresh"
  fetch npm "$npm_version" "$npm_sha512" "$fresh/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$fresh/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$fresh/bin/npx"
  printf '%s\n' "$node_version $npm_version" >"$fresh/pinned"
  rm -rf "$tools/node" && mv "$fresh" "$tools/node"
}

fetch() { # npm package, version, sha512 of its archive, folder to unpack it in
  local log=$tools/log/node.log inbox=$tools/inbox archive
  command -v npm >/dev/null || fail 'the command npm is missing' 'install Node 20 or newer with its npm'
  rm -rf "$inbox" && mkdir -p "$inbox"
  (cd "$inbox" && npm pack --silent "$1@$2") >"$log" 2>&1 </dev/null 9>&- ||
    fail "npm could not fetch $1@$2 ($(last_error "$log" 'ERR!'))" "see $log; is the npm registry reachable?"
  archive=$(echo "$inbox"/*.tgz)
  echo "$3  $archive" | sha512sum --check --status || fail "$1@$2 is not the archive that was pinned" 'do not use this registry'
  tar -xzf "$archive" -C "$4" --strip-components=1 || fail "$1@$2 could not be unpacked" "is there room in $tools?"
  rm -rf "$inbox"
}

# Debian takes a package away when a newer one comes: tests that need it say so and are skipped, the others need none.
ensure_cosign() { # purpose
  [[ $1 == test ]] || return 0
  local version arch sha256
  arch=$(dpkg --print-architecture)
  for version in "${!cosign_package[@]}"; do
    sha256=${cosign_sha256[$version-$arch]:-}
    [[ -z $sha256 || -x $tools/cosign/$version/usr/bin/cosign ]] && continue
    say "cosign $version"
    fetch_cosign "$version" "$sha256" "cosign_${cosign_package[$version]}_$arch.deb" ||
      say "cosign $version cannot be had, so that no signature is tested against it (see $tools/log/cosign.log)"
  done
}

fetch_cosign() { # version, sha256 of its package, the package's file
  local inbox=$tools/inbox fresh=$tools/cosign/$1.fresh
  rm -rf "$inbox" "$fresh" "${tools:?}/cosign/$1" && mkdir -p "$inbox" "$fresh"
  {
    /usr/lib/apt/apt-helper -o Acquire::http::Timeout=20 -o Acquire::Retries=2 \
      download-file "http://deb.debian.org/debian/pool/main/c/cosign/$3" "$inbox/$3" "SHA256:$2" &&
      echo "$2  $inbox/$3" | sha256sum --check --status &&
      dpkg-deb --extract "$inbox/$3" "$fresh" &&
      mv "$fresh" "$tools/cosign/$1"
  } >"$tools/log/cosign.log" 2>&1 </dev/null 9>&- || return
  rm -rf "$inbox"
}

ensure_modules() {
  [[ -d $root/node_modules ]] && "$tools/node/bin/node" "$setup/src/modules-match.ts" "$root" && return
  say 'npm packages'
  local log=$tools/log/modules.log globalconfig
  # The npm that came with the machine knows its proxy, mirror and certificates; ours looks elsewhere for them.
  globalconfig=$(cd / && npm config get globalconfig 2>/dev/null || true)
  (
    cd "$root"
    PATH=$tools/node/bin:$PATH ${globalconfig:+env "npm_config_globalconfig=$globalconfig"} \
      npm ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --no-progress >"$log" 2>&1 </dev/null 9>&-
  ) || fail "npm ci failed ($(last_error "$log" 'npm error (`npm ci`|Missing|[0-9]{3} |network )'))" \
    "see $log; is the npm registry reachable, and is package-lock.json what npm install made of each package.json?"
}

ensure_addons() {
  local folder name
  for folder in "$root"/native/*/; do
    [[ -f $folder/CMakePresets.json ]] || continue
    name=$(basename "$folder")
    say "native/$name"
    build_addon "$folder" "$name" "$tools/log/$name.log"
  done
}

build_addon() { # folder name log
  (
    cd "$1"
    { cmake --preset release && cmake --build build/release --parallel "$(nproc)" --target "$2.node"; } >"$3" 2>&1 9>&-
  ) || fail "native/$2 did not build ($(last_error "$3" 'error:|CMake Error'))" "see $3"
}

# The first line of a log that matches, or its last one, short enough for an error of one line.
last_error() { # log pattern
  { grep -m1 -E -- "$2" "$1" || tail -n 1 "$1"; } | tr -d '\r' | cut -c1-200
}
