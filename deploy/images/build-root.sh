#!/bin/sh
# Makes the root of an image of packages of Debian, for its processor: build-root.sh FOLDER ARCHITECTURE PACKAGES [PROGRAMS]
# Nothing of the packages is run, so that another processor can build. Of their programs only those that are named are kept.
set -eu
root=$1
target=${2:-$(dpkg --print-architecture)}
packages=$3
programs=${4:-}

# What only the scripts of packages use, which do not run.
for_scripts='debconf isa-support sse4.2-support'

archives=$(mktemp -d)
mkdir "$archives/partial"
: >"$archives/status"
# As of a system of that processor where nothing is installed yet: apt adds what the packages need.
of_target() {
  apt-get -o Dir::State::status="$archives/status" -o Dir::Cache::archives="$archives" -o APT::Sandbox::User=root \
    -o APT::Architecture="$target" -o APT::Architectures="$target" "$@"
}
of_target update
# shellcheck disable=SC2086 # a list of names
of_target install -y --download-only --no-install-recommends $packages

mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/etc" "$root/var/lib/dpkg/status.d" \
  "$root/run" "$root/proc" "$root/sys" "$root/dev"
mkdir -m 1777 "$root/tmp"
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$root/$folder"; done

for archive in "$archives"/*.deb; do
  package=$(dpkg-deb --field "$archive" Package)
  case " $for_scripts " in *" $package "*) continue ;; esac
  # Not piped: what fails in front of a pipe is not noticed.
  dpkg-deb --fsys-tarfile "$archive" >"$archives/files.tar"
  tar -x -f "$archives/files.tar" -C "$root" --keep-directory-symlink \
    --wildcards --exclude './usr/share/doc/*/[!c]*' --exclude './usr/share/doc/*/changelog*' \
    --exclude './usr/share/bash-completion' --exclude './usr/share/info' --exclude './usr/share/lintian' \
    --exclude './usr/share/locale' --exclude './usr/share/man'
  # Where scanners look for the packages of an image that has no dpkg.
  dpkg-deb --field "$archive" >"$root/var/lib/dpkg/status.d/$package"
  dpkg-deb --ctrl-tarfile "$archive" >"$archives/control.tar"
  tar -x -O -f "$archives/control.tar" ./md5sums >"$root/var/lib/dpkg/status.d/$package.md5sums"
done
rm -rf "$archives" /var/lib/apt/lists/*

for program in "$root"/usr/bin/* "$root"/usr/sbin/*; do
  case " $programs " in *" ${program##*/} "*) ;; *) rm -f "$program" ;; esac
done

cp /usr/lib/os-release "$root/usr/lib/os-release"
ln -sf ../usr/lib/os-release "$root/etc/os-release"
printf 'root:x:0:0::/:/usr/sbin/nologin\nbulkhead:x:65532:65532::/tmp:/usr/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nbulkhead:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
