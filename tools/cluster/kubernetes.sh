#!/usr/bin/env bash
# Builds what a Kubernetes cluster of one node is made of, from Debian's source package, to .tools/kubernetes: all of it,
# or the programs that are named. Does nothing for what has been built by this very script. The API server takes six
# minutes on an idle machine with two processors, the others together four, and 3 GB of room; needs root only where
# Debian packages are missing.
set -euo pipefail

root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.." && pwd)
# shellcheck source=tools/setup/ensure.sh
source "$root/tools/setup/ensure.sh"
# shellcheck source=tools/setup/steps.sh
source "$setup/steps.sh"

place=$tools/kubernetes
# Where sources and the compiler's cache lie, if not there: a cache that several checkouts share.
build=${KUBERNETES_BUILD_FOLDER:-$place/build}
version=1.20.2
log=$tools/log/kubernetes.log
sources=$build/kubernetes-1.20.5+really$version
tree=$build/gopath/src/k8s.io/kubernetes
programs=(kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl)

main() {
  local wanted name
  wanted=$(sha256sum <"${BASH_SOURCE[0]}" | cut -c1-64)
  (($# > 0)) && programs=("$@")
  all_built && return
  mkdir -p "$tools/log" "$place" "$build/gopath/src/k8s.io" "$build/lists/partial" "$build/archives/partial"
  exec 9>"$place/lock"
  flock -n 9 || { say 'waiting for another build to finish' && flock 9; }
  all_built && return
  ensure_packages cluster
  : >"$log"
  say "Kubernetes $version: ${programs[*]}"
  { fetch_sources && prepare_sources; } >>"$log" 2>&1 9>&- ||
    fail "its sources cannot be used ($(last_error "$log" '^(E|error|fatal): |cannot find|: no such'))" "see $log"
  for name in "${programs[@]}"; do
    is_built "$name" && continue
    compile "$name" >>"$log" 2>&1 9>&- ||
      fail "$name did not build ($(last_error "$log" '^(error|fatal): |cannot find|: no such'))" "see $log"
    mv "$build/$name.fresh" "$place/$name"
    printf '%s\n' "$wanted" >"$place/$name.built"
    say "$place/$name"
  done
}

all_built() {
  local name
  for name in "${programs[@]}"; do is_built "$name" || return; done
}

is_built() { # name
  [[ -x $place/$1 && -r $place/$1.built && $(<"$place/$1.built") == "$wanted" ]]
}

# apt's own lists stay as they are: these are of the same mirrors, and of sources alone.
fetch_sources() {
  [[ -d $sources ]] && return
  local list=$build/sources.sources
  sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$list"
  local options=(-o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$build/lists"
    -o "Dir::Cache=$build" -o Dir::Cache::archives=archives)
  apt-get "${options[@]}" update && (cd "$build" && apt-get "${options[@]}" source kubernetes)
}

prepare_sources() {
  # Its packages are found by GOPATH alone: as a module, Debian's sources want their go.mod changed.
  export PATH=/usr/lib/go-1.19/bin:$PATH GO111MODULE=off GOFLAGS='' GOPROXY=off CGO_ENABLED=0
  export GOCACHE=$build/gocache GOPATH=$build/gopath
  ln -sfn "$sources" "$tree" && cd "$tree" || return
  newer_reflect2 && generate_openapi
}

compile() { # name
  local package=k8s.io/kubernetes/vendor/k8s.io flags='-s -w' part
  for part in "$package/component-base/version" "$package/client-go/pkg/version"; do
    flags+=" -X $part.gitVersion=v$version -X $part.gitMajor=1 -X $part.gitMinor=20 -X $part.gitTreeState=clean"
  done
  go build -p "$(nproc)" -ldflags "$flags" -o "$build/$1.fresh" "./cmd/$1"
}

# The one that comes with the sources crashes with Go 1.18 and later.
newer_reflect2() {
  local name=github.com/modern-go/reflect2
  rm -rf "vendor/$name" && cp -rL "/usr/share/gocode/src/$name" "vendor/$name" && rm -f "vendor/$name"/*_test.go
}

# Debian generates this file when it builds; the sources do not have it.
generate_openapi() {
  [[ -f pkg/generated/openapi/zz_generated.openapi.go ]] && return
  local marked folders
  marked=$(cd vendor/k8s.io && grep -rl --include='*.go' '+k8s:openapi-gen=' ./*/ | sed 's#^\./#vendor/k8s.io/#')
  marked+=$'\n'$(grep -rl --include='*.go' '+k8s:openapi-gen=' pkg cmd)
  folders=$(printf '%s\n' "$marked" | grep -vE 'code-generator|sample-apiserver|kube-openapi|_test\.go|/gengo/' |
    xargs -n1 dirname | sort -u | sed 's#^#k8s.io/kubernetes/#' | paste -sd,)
  sed 's/YEAR/2020/' hack/boilerplate/boilerplate.go.txt >"$build/header.txt"
  go build -o "$build/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen || return
  "$build/openapi-gen" --logtostderr -i "$folders" -p k8s.io/kubernetes/pkg/generated/openapi \
    -O zz_generated.openapi -h "$build/header.txt" -r "$build/violations.txt"
}

main "$@"
