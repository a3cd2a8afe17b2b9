#!/bin/sh
# Builds a native module for the processor of the image: build-module.sh MODULE [ARCHITECTURE]
set -eu
module=$1
here=$(dpkg --print-architecture)
target=${2:-$here}

cross() {
  case $target in
    "$here") ;;
    amd64) echo '--toolchain ../addon/cmake/cross.cmake -DBULKHEAD_PROCESSOR=x86_64' ;;
    arm64) echo '--toolchain ../addon/cmake/cross.cmake -DBULKHEAD_PROCESSOR=aarch64' ;;
  esac
}

cd "native/$module"
# shellcheck disable=SC2046 # several words, or none
cmake --preset release $(cross)
cmake --build build/release --parallel "$(nproc)" --target "$module.node"
