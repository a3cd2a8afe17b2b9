#!/usr/bin/env bash
# Builds the Kubernetes API server that integration tests start, from Debian's source package, to .tools/kubernetes. Does
# nothing where it has been built by this very script. Takes six minutes on an idle machine with two processors, and
# 3 GB of room; needs root only where Debian packages are missing.
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

main() {
  local wanted
  wanted=$(sha256sum <"${BASH_SOURCE[0]}" | cut -c1-64)
  [[ -x $place/kube-apiserver && -r $place/built && $(<"$place/built") == "$wanted" ]] && return
  mkdir -p "$tools/log" "$place" "$build/gopath/src/k8s.io" "$build/lists/partial" "$build/archives/partial"
  exec 9>"$place/lock"
  flock -n 9 || { say 'waiting for another build to finish' && flock 9; }
  ensure_packages cluster
  : >"$log"
  say "Kubernetes $version"
  { fetch_sources && compile; } >>"$log" 2>&1 9>&- ||
    fail "the API server did not build ($(last_error "$log" '^(E|error|fatal): |cannot find|: no such'))" "see $log"
  mv "$build/kube-apiserver.fresh" "$place/kube-apiserver"
  printf '%s\n' "$wanted" >"$place/built"
  say "$place/kube-apiserver"
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

compile() {
  # Its packages are found by GOPATH alone: as a module, Debian's sources want their go.mod changed.
  export PATH=/usr/lib/go-1.19/bin:$PATH GO111MODULE=off GOFLAGS='' GOPROXY=off CGO_ENABLED=0
  export GOCACHE=$build/gocache GOPATH=$build/gopath
  ln -sfn "$sources" "$tree" && cd "$tree" || return
  newer_reflect2 && generate_openapi || return
  local package=k8s.io/kubernetes/vendor/k8s.io flags='-s -w' part
  for part in "$package/component-base/version" "$package/client-go/pkg/version"; do
    flags+=" -X $part.gitVersion=v$version -X $part.gitMajor=1 -X $part.gitMinor=20 -X $part.gitTreeState=clean"
  done
  go build -p "$(nproc)" -ldflags "$flags" -o "$build/kube-apiserver.fresh" ./cmd/kube-apiserver
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
