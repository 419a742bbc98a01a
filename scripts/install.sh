#!/usr/bin/env bash
# Installs programs, units, settings and documents: scripts/install.sh PREFIX [FOLDER OF THE PROGRAMS]
# DESTDIR is put before every path. What an operator may have changed in /etc/berth is left as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${1:?usage: scripts/install.sh PREFIX [FOLDER OF THE PROGRAMS]}
programs=${2:-$(swift build -c release --show-bin-path)}
root=${DESTDIR:-}
bindir=$prefix/bin
libexecdir=$prefix/lib/berth
docdir=$prefix/share/doc/berth
units=$prefix/lib/systemd/system

# Writes a file with the folders of this installation in it.
render() { # MODE FROM TO
    install -d "$root$(dirname "$3")"
    sed -e "s#@bindir@#$bindir#g; s#@libexecdir@#$libexecdir#g; s#@docdir@#$docdir#g" "$2" > "$root$3"
    chmod "$1" "$root$3"
}

# The same, where there is nothing yet.
render_new() { [ -e "$root$3" ] || render "$@"; }

for program in berthd berth berth-telemetry; do install -D -m 755 "$programs/$program" "$root$bindir/$program"; done
render 755 systemd/backup "$libexecdir/backup"
for unit in systemd/*.service systemd/*.socket systemd/*.timer; do render 644 "$unit" "$units/${unit##*/}"; done
# A drop-in, because systemd before 254 complains of its settings.
if [ "${SYSTEMD_VERSION:=$(systemctl --version 2>/dev/null | awk 'NR == 1 { print $2 + 0 }')}" -ge 254 ] 2>/dev/null; then
    render 644 systemd/restart-steps.conf "$units/berthd.service.d/restart-steps.conf"
fi
render 644 systemd/sysusers.conf "$prefix/lib/sysusers.d/berth.conf"
render 644 systemd/tmpfiles.conf "$prefix/lib/tmpfiles.d/berth.conf"
render 644 systemd/berth.catalog "$prefix/lib/systemd/catalog/berth.catalog"
render 644 systemd/notify-reload.conf "$docdir/examples/notify-reload.conf"
render 644 systemd/restart-steps.conf "$docdir/examples/restart-steps.conf"
render 644 config/berthd.yaml "$docdir/berthd.yaml"
install -m 644 docs/*.md LICENSE "$root$docdir/"
install -d "$root$docdir/fleets" "$root/etc/berth"
install -d -m 700 "$root/etc/berth/credentials"
install -m 644 config/fleets/*.yaml "$root$docdir/fleets/"
render_new 644 systemd/berthd.yaml /etc/berth/berthd.yaml
render_new 644 config/fleets/colossus.yaml /etc/berth/fleet.yaml

[ -z "$root" ] || exit 0
echo "installed below $prefix. Next, as root:"
cat <<TEXT
  systemd-sysusers && systemd-tmpfiles --create && journalctl --update-catalog && systemctl daemon-reload
  \$EDITOR /etc/berth/fleet.yaml /etc/berth/berthd.yaml
  systemctl start berth-initialise          # once: makes the book
  systemctl enable --now berthd.socket berthd
TEXT
