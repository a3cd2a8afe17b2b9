#!/bin/sh
# Installs what Bulkhead is built with, for the processor of the image: build-packages.sh LIST [ARCHITECTURE]
set -eu
list=$1
here=$(dpkg --print-architecture)
target=${2:-$here}

packages=$(awk '$2 == "run" { print $1 }' "$list")
if [ "$target" != "$here" ]; then
  case $target in
    amd64) compiler=g++-x86-64-linux-gnu ;;
    arm64) compiler=g++-aarch64-linux-gnu ;;
    *)
      echo "there are no images for the processor $target: build for amd64 or arm64" >&2
      exit 1
      ;;
  esac
  dpkg --add-architecture "$target"
  packages=$(echo "$packages" | sed -E "s/^g\\+\\+\$/$compiler/; s/^(z?lib.*-dev)\$/\\1:$target/")
fi

apt-get update
# shellcheck disable=SC2086 # a list of names
apt-get install -y --no-install-recommends $packages
rm -rf /var/lib/apt/lists/*
