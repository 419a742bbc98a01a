#!/usr/bin/env bash
# Builds a Debian package of what is built: scripts/deb.sh FOLDER [FOLDER OF THE PROGRAMS]
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?usage: scripts/deb.sh FOLDER [FOLDER OF THE PROGRAMS]}
programs=${2:-$(swift build -c release --show-bin-path)}
for tool in dpkg-deb dpkg-shlibdeps gzip; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install dpkg-dev" >&2; exit 1; }
done
version=${VERSION:-$(sed -n 's/.*static let version = "\(.*\)".*/\1/p' Sources/berthd/Berthd.swift)}
[ -n "$version" ] || { echo "Sources/berthd/Berthd.swift names no version" >&2; exit 1; }
maintainer=${MAINTAINER:-The Berth authors <berth@localhost>}
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
mkdir -p "$folder"

# Drop-ins for newer systemds stay examples: the package may be installed where systemd is older than here.
DESTDIR=$tree SYSTEMD_VERSION=252 scripts/install.sh /usr "$programs"
strip --strip-unneeded "$tree"/usr/bin/*
chmod 755 "$tree/usr/lib/berth"
doc=$tree/usr/share/doc/berth
rm "$doc/LICENSE"
install -D -m 644 packaging/debian/copyright "$doc/copyright"
install -D -m 644 packaging/debian/lintian-overrides "$tree/usr/share/lintian/overrides/berth"
{
    echo "berth ($version) stable; urgency=medium"
    echo
    echo "  * docs/changelog.md has what changed."
    echo
    echo " -- $maintainer  $(date -R -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")"
} | gzip -9n > "$doc/changelog.gz"

if [ -d .build/man/man1 ]; then
    install -d "$tree/usr/share/man/man1"
    for page in .build/man/man1/*.1; do gzip -9n < "$page" > "$tree/usr/share/man/man1/${page##*/}.gz"; done
fi
complete() {
    install -d "$tree$(dirname "$2")"
    # It is read by the shell, not run.
    "$programs/berth" completion "$1" | sed '1{/^#!/d}' > "$tree$2"
    chmod 644 "$tree$2"
}
complete bash /usr/share/bash-completion/completions/berth
complete zsh /usr/share/zsh/vendor-completions/_berth
complete fish /usr/share/fish/vendor_completions.d/berth.fish

# What the programs need of the system, by what they are linked with.
mkdir -p "$tree/debian"
printf 'Source: berth\n\nPackage: berth\nArchitecture: any\n' > "$tree/debian/control"
needs=$(cd "$tree" && dpkg-shlibdeps --ignore-missing-info -O usr/bin/* 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -r "$tree/debian"

install -d "$tree/DEBIAN"
cat > "$tree/DEBIAN/control" <<CONTROL
Package: berth
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Section: admin
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: ${needs:+$needs, }systemd (>= 252)
Description: leases the capacity of a GPU fleet
 berthd models a fleet of GPUs and the power and cooling above them, admits
 leases over space, time and watts at once, and keeps every answered promise
 on disk. berth is its command line; berth-telemetry brings it readings of
 power.
CONTROL
(cd "$tree" && find etc -type f | sed 's#^#/#') > "$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do install -m 755 "packaging/debian/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) > "$tree/DEBIAN/md5sums"
package=$folder/berth_${version}_$architecture.deb
dpkg-deb -Z"${COMPRESSION:-xz}" --root-owner-group --build "$tree" "$package" >/dev/null
echo "$package"
