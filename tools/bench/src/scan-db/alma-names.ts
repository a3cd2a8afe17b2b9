/** Real names of AlmaLinux 9 that most installations have, nearly all of them with advisories. */
export const ALMA_NAMES = [
  'bash bind-libs binutils bzip2-libs ca-certificates cups-libs curl cyrus-sasl-lib dbus dnsmasq emacs-filesystem',
  'expat file-libs freetype fribidi fuse3-libs gcc gdb glib2 glibc glibc-common glibc-minimal-langpack gmp gnupg2 gnutls',
  'grub2-common gstreamer1 gzip haproxy httpd httpd-core iperf3 iptables-libs jq kernel-core kernel-modules krb5-libs less',
  'libX11 libarchive libblkid libcap libcurl libgcrypt libjpeg-turbo libksba libmount libpng libreoffice-core libsolv',
  'libssh libssh-config libtasn1 libtiff libtirpc libuuid libvirt-libs libwebp libxml2 libxslt libyaml logrotate lua-libs',
  'lz4-libs mariadb ncurses-libs net-snmp-libs nettle nginx-core nodejs-libs nss nss-util openldap openssh openssh-clients',
  'openssh-server openssl openssl-libs p11-kit pam pcre2 perl-interpreter perl-libs php-common pixman podman policycoreutils',
  'polkit postgresql python3 python3-libs python3-pip-wheel python3-requests python3-setuptools-wheel python3-urllib3',
  'qemu-kvm-core rpm rpm-libs rsync rsyslog ruby-libs runc samba-common sed shadow-utils sqlite-libs squid sssd-client sudo',
  'systemd systemd-libs systemd-pam tar tomcat unbound-libs unzip util-linux vim-minimal wget wireshark-cli xz-libs zlib',
].flatMap((line) => line.split(' '));
