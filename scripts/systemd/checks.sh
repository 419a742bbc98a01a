# What is looked at under a real systemd; read by scripts/test-systemd.sh with $pid, its process 1.

set +e
failures=0
inside() {
    nsenter -t "$pid" -m -p -u -i -n -C --root="/proc/$pid/root" --wd="/proc/$pid/root" \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_PAGER= SYSTEMD_COLORS=0 BERTH_SOCKET=/run/berth/control.sock "$@"
}
as() { # USER COMMAND…: as a user of the new root, with its groups
    local user=$1
    shift
    inside setpriv --reuid="$user" --regid="$user" --init-groups "$@"
}
ok() { echo "  ok    $1"; }
bad() {
    echo "  FAIL  $1"
    failures=$((failures + 1))
    shift
    printf '        %s\n' "$@" | head -20
}
# Looks at one thing: expect WHAT COMMAND…
expect() {
    local what=$1 text
    shift
    if text=$("$@" 2>&1); then ok "$what"; else bad "$what" "$text"; fi
}
refuse() {
    local what=$1 text
    shift
    if text=$("$@" 2>&1); then bad "$what" "it went well: $text"; else ok "$what"; fi
}
# Waits for something that is bound to come; a minute is the end of patience.
await() {
    for _ in $(seq 600); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    return 1
}
property() { inside systemctl show -P "$1" "${2:-berthd.service}"; }
status_line() { property StatusText; }
active() { [ "$(property ActiveState)" = active ]; }
says() { status_line | grep -qF -- "$1"; }
revision() { inside berth status -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["revision"])'; }
edit() { inside tee "$1" >/dev/null; }
drop_in() { inside mkdir -p /run/systemd/system/berthd.service.d && edit "/run/systemd/system/berthd.service.d/$1.conf" && inside systemctl daemon-reload; }

# shellcheck source-path=SCRIPTDIR/../..
echo "systemd $(inside systemctl --version | awk 'NR == 1 { print $2 }') in namespaces of its own, process $pid"

echo "installed"
package() { inside dpkg -i --force-confold "/opt/berth-test/berth_$1_$(dpkg --print-architecture).deb"; }
expect "the package installs" package 0.0.1
expect "users and folders are there" inside test -d /etc/berth/credentials -a -d /run/berth
expect "and the user berth" inside id berth
inside cp /opt/berth-test/small.yaml /etc/berth/fleet.yaml
for unit in berthd.service berthd.socket berthd-tcp.socket berthd-plain.socket berth-initialise.service \
    berthd-backup.service berthd-backup.timer berth-telemetry.service; do
    said=$(inside systemd-analyze verify --man=no "/usr/lib/systemd/system/$unit" 2>&1 | grep -i berth || true)
    if [ -z "$said" ]; then ok "systemd-analyze verify $unit says nothing"; else bad "verify $unit" "$said"; fi
done
exposure=$(inside systemd-analyze security --no-pager berthd.service | awk '/Overall exposure/ { print $(NF - 2) }')
if awk -v e="$exposure" 'BEGIN { exit !(e != "" && e <= 0.6) }'; then ok "exposure $exposure is at most 0.6"; else bad "exposure $exposure"; fi

echo "first start"
inside systemctl start berthd 2>/dev/null
if [ "$(property ActiveState) $(property ActiveState berthd.socket)" = "inactive inactive" ]; then ok "without a book neither the daemon nor its socket is started"; else bad "started without a book"; fi
inside systemctl stop berthd.socket 2>/dev/null
expect "berth-initialise makes the book" inside systemctl start berth-initialise
expect "the socket comes without the daemon" inside systemctl start berthd.socket
if [ "$(inside stat -c '%a %U %G' /run/berth/control.sock)" = "660 berth berth" ]; then
    ok "from its first instant it is 0660 berth:berth"
else
    bad "mode of the socket" "$(inside stat -c '%a %U %G' /run/berth/control.sock)"
fi
if [ "$(property ActiveState)" = inactive ]; then ok "nobody has connected, nothing runs"; else bad "it runs already"; fi
expect "the first client starts the daemon" inside berth status
expect "READY has come" await active
expect "STATUS says leases, GPUs and megawatts" await says "0 leases, 0 of 656 GPUs, "
refuse "a user outside the group cannot connect" as nobody berth status
inside systemctl enable -q berthd.socket berthd.service

echo "kill -9"
inside berth tenant set acme --reason test >/dev/null
before=$(revision)
for round in 1 2 3; do
    inside systemctl kill -s KILL --kill-whom=main berthd
    await inside berth status || true
done
if [ "$(revision)" = "$before" ]; then ok "three times, and the book is as it was"; else bad "revision $(revision), not $before"; fi
expect "three restarts are counted" test "$(property NRestarts)" -ge 3

echo "reload"
inside useradd -r -M -G berth watcher 2>/dev/null || true
refuse "a member of the group without a role is told so" as watcher berth status
inside sed -i 's/^  actuators:/  auditors: ["user:watcher"]\n  actuators:/' /etc/berth/berthd.yaml
main=$(property MainPID)
expect "systemctl reload takes a role" inside systemctl reload berthd
expect "the auditor is let in" as watcher berth status
refuse "and may still change nothing" as watcher berth tenant set more --reason test
good=$(inside cat /etc/berth/berthd.yaml)
printf '%s\n\nlog: {levle: debug}\n' "$good" | edit /etc/berth/berthd.yaml
refuse "a misspelt setting fails the reload" inside systemctl reload berthd
expect "STATUS says which, and where" says "unknown setting log.levle"
expect "what was before stays in force" as watcher berth status
refuse "berth reload fails with the reason" inside berth reload
printf '%s\n' "$good" | edit /etc/berth/berthd.yaml
fleet=$(inside cat /etc/berth/fleet.yaml)
printf '%s\n' "${fleet/platform: hgx-h100/platform: hgx-h1000}" | edit /etc/berth/fleet.yaml
printf '%s\n' "${good/watcher/daemon}" | edit /etc/berth/berthd.yaml
refuse "a bad fleet file fails it too" inside systemctl reload berthd
expect "and takes the good settings beside it along" as watcher berth status
printf '%s\n' "$fleet" | edit /etc/berth/fleet.yaml
printf '%s\n' "$good" | edit /etc/berth/berthd.yaml
inside systemctl kill -s HUP --kill-whom=main berthd
expect "SIGHUP reloads as well, and the status is clean again" await bash -c "! [[ \"\$(nsenter -t $pid -m -p --root=/proc/$pid/root systemctl show -P StatusText berthd)\" == *refused* ]]"
expect "it is still the same process" test "$(property MainPID)" = "$main"

. scripts/systemd/newer.sh

echo "the journal"
told() { [ -n "$(inside journalctl -q --no-pager -u berthd "$@")" ]; }
tells() { # TEXT FIELD…: whether a line with these fields has this text
    local text=$1
    shift
    inside journalctl -q --no-pager -x -u berthd "$@" | grep -qF -- "$text"
}
# What is accepted just before a kill is in the audit log, and perhaps not here.
inside berth tenant set acme --description "told in the journal" --reason test >/dev/null
expect "a line is found by its tenant, with its kind" await tells "acme" TENANT=acme BERTH_EVENT=tenant.put
request=$(inside curl -s --unix-socket /run/berth/control.sock -H 'Content-Type: application/json' http://berth/v1/leases \
    -d '{"tenant":"acme","reservations":[{"shape":"block","count":5}],"duration":"1d","reason":"test"}' \
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["requestId"])')
expect "a refusal is found by the request id that its client was told" await told "REQUEST_ID=$request"
expect "and by its code, with what it means" await tells "There is no capacity for this" REFUSAL=no-capacity
expect "journalctl -x says what to do of a reload that was refused" \
    tells "Nothing of the new configuration is in force" BERTH_EVENT=reload-refused
inside berth token create seen --role auditor --reason test > "$folder.token" 2>/dev/null
secret=$(grep -o 'berth_[A-Za-z0-9]*' "$folder.token" | head -1)
inside curl -s --unix-socket /run/berth/control.sock -H "Authorization: Bearer ${secret}x" http://berth/v1/tenants >/dev/null
rm -f "$folder.token"
await told BERTH_EVENT=token.made
if [ -n "$secret" ] && ! inside journalctl -q --no-pager -o export | grep -qF "$secret"; then ok "no token stands in it"; else bad "a token stands in the journal"; fi
expect "lines have the priority of their level" told BERTH_EVENT=reload-refused PRIORITY=3
plain=$(inside journalctl -q --no-pager -u berthd -o cat _TRANSPORT=stdout _COMM=berthd | grep -v 'thread priority' | head -3)
if [ -z "$plain" ]; then ok "nothing of the daemon comes as plain text"; else bad "plain lines" "$plain"; fi

echo "restart under load"
inside rm -f /run/go /run/stop
(inside python3 /opt/berth-test/load.py /run/berth/control.sock 64 1000 /run/go /run/stop > "$folder.load" 2>&1; echo "$?" >> "$folder.load") &
load=$!
await inside test -e /run/go || true
for round in 1 2 3; do inside systemctl restart berthd; done
inside systemctl kill -s KILL --kill-whom=main berthd
await active || true
inside touch /run/stop
wait "$load" || true
if [ "$(tail -1 "$folder.load")" = 0 ]; then ok "$(head -1 "$folder.load")"; else bad "load" "$(cat "$folder.load")"; fi
rm -f "$folder.load"

echo "watchdog"
printf '[Service]\nWatchdogSec=6\n' | drop_in watchdog
inside systemctl restart berthd
heard() { [ "$(property WatchdogTimestampMonotonic)" -gt "$1" ]; }
for round in 1 2 3; do await heard "$(property WatchdogTimestampMonotonic)" || bad "ping $round"; done
ok "pings come"
before=$(property NRestarts)
main=$(property MainPID)
inside python3 /opt/berth-test/hold-thread.py "$main" scheduler /run/held &
restarted() { [ "$(property NRestarts)" -gt "$before" ] && [ "$(property ActiveState)" = active ]; }
expect "a stuck writer is killed by the watchdog and started again" await restarted
inside rm -f /run/held
wait $! || true
expect "the journal says that it was the watchdog" bash -c "nsenter -t $pid -m -p --root=/proc/$pid/root journalctl -u berthd --no-pager | grep -q 'Watchdog timeout'"
refuse "it ends at the abort, which nothing holds up" bash -c "nsenter -t $pid -m -p --root=/proc/$pid/root journalctl -u berthd --no-pager | grep 'stop-watchdog.* timed out'"

echo "a full disk"
inside systemctl stop berthd 2>/dev/null
inside cp -a /var/lib/berth/state /var/lib/berth/state.kept
room=$(($(inside du -sm /var/lib/berth/state | cut -f1) + 4))
inside mount -t tmpfs tmpfs /var/lib/berth/state -o "size=${room}m,mode=700,uid=$(inside id -u berth),gid=$(inside id -g berth)"
inside cp -a /var/lib/berth/state.kept/. /var/lib/berth/state/
inside systemctl start berthd
inside dd if=/dev/zero of=/var/lib/berth/state/fill bs=4k status=none 2>/dev/null || true
full() { ! inside berth tenant set full --reason test; }
expect "writes are refused" await full
expect "STATUS says so" await says "reads only: "
before=$(property NRestarts)
for round in 1 2 3; do await heard "$(property WatchdogTimestampMonotonic)" || bad "ping $round with a full disk"; done
expect "the watchdog hears an answer and lets it serve reads" test "$(property NRestarts)" = "$before"
expect "reads are answered" inside berth tenant list
inside rm /var/lib/berth/state/fill
expect "writes go on when there is room" await inside berth tenant set full --reason test
inside systemctl stop berthd 2>/dev/null
inside umount /var/lib/berth/state
inside rm -rf /var/lib/berth/state.kept /run/systemd/system/berthd.service.d
inside systemctl daemon-reload
inside systemctl start berthd

echo "credentials and TCP"
inside openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout /etc/berth/credentials/server.key -out /etc/berth/credentials/server.pem 2>/dev/null
inside chmod 600 /etc/berth/credentials/server.key
printf '%s\n\ntcp:\n  certificateFile: credential:berth_server.pem\n  keyFile: credential:berth_server.key\n' "$good" | edit /etc/berth/berthd.yaml
inside systemctl stop berthd berthd.socket 2>/dev/null
expect "sockets for TLS and for a proxy are handed over beside it" inside systemctl start berthd.socket berthd-tcp.socket berthd-plain.socket
expect "the daemon takes all three" inside systemctl start berthd
answered() { [ "$(inside curl -s -o /dev/null -w '%{http_code}' "$@")" = 401 ]; }
expect "TLS under the credential, without a name: 401" answered --tlsv1.3 --cacert /etc/berth/credentials/server.pem https://localhost:7411/v1/status
expect "plain text on loopback: 401" answered http://127.0.0.1:7412/v1/status
links() { inside nsenter -t "$(property MainPID)" -n ip -o link; }
if links | grep -q ' lo:' && ! links | grep -qv ' lo:'; then ok "its own network has a loopback and nothing else"; else bad "network" "$(links)"; fi
refuse "the key is not the daemon's user's to read where it lies" as berth cat /etc/berth/credentials/server.key

echo "backup"
for round in 1 2 3; do
    inside systemctl start berthd-backup || bad "backup $round" "$(inside journalctl -u berthd-backup --no-pager -n 5)"
    sleep 1.1
done
expect "the service keeps copies" test "$(inside ls /var/lib/berth/backups | grep -c sqlite)" = 3
inside mkdir -p /run/systemd/system/berthd-backup.service.d
printf '[Service]\nEnvironment=BERTH_BACKUPS_KEPT=2\n' | edit /run/systemd/system/berthd-backup.service.d/kept.conf
inside systemctl daemon-reload
inside systemctl start berthd-backup || true
expect "and drops the oldest" test "$(inside ls /var/lib/berth/backups | grep -c sqlite)" = 2

echo "restore"
printf '%s\n' "$good" | edit /etc/berth/berthd.yaml
inside berth tenant set later --reason test >/dev/null
copy=$(inside ls /var/lib/berth/backups | grep sqlite | tail -1)
inside systemctl stop berthd berthd.socket berthd-tcp.socket berthd-plain.socket 2>/dev/null
inside rm -r /var/lib/berth/state
inside runuser -u berth -- berthd --config /etc/berth/berthd.yaml --restore "/var/lib/berth/backups/$copy" 2>/dev/null &
restoring=$!
await inside berth status
inside sh -c 'kill -INT $(pidof berthd)'
wait "$restoring"
expect "with the book gone, the copy is put back and served" inside systemctl start berthd.socket berthd
expect "what it had is there" inside berth tenant show acme
refuse "what came after it is not" inside berth tenant show later
expect "and the rules hold" inside berth verify

echo "wrong starts"
printf '%s\n\nlog: {level: loud}\n' "$good" | edit /etc/berth/berthd.yaml
inside systemctl stop berthd berthd-tcp.socket berthd-plain.socket 2>/dev/null
refuse "a wrong setting ends the start" inside systemctl restart berthd
if [ "$(property ExecMainStatus) $(property NRestarts)" = "78 0" ]; then ok "with 78, and it is not tried again"; else
    bad "status $(property ExecMainStatus), $(property NRestarts) restarts"
fi
printf '%s\n' "$good" | edit /etc/berth/berthd.yaml
inside systemctl reset-failed
inside systemctl stop berthd.socket 2>/dev/null
printf '[Socket]\nFileDescriptorName=control-socket\n' > "$folder.drop"
inside mkdir -p /run/systemd/system/berthd.socket.d
edit /run/systemd/system/berthd.socket.d/name.conf < "$folder.drop"
rm -f "$folder.drop"
inside systemctl daemon-reload
refuse "a socket under an unknown name ends it too" inside systemctl start berthd
expect "and the journal says what to set" bash -c "nsenter -t $pid -m -p --root=/proc/$pid/root journalctl -u berthd --no-pager -n 20 | grep -q 'FileDescriptorName='"
inside rm -rf /run/systemd/system/berthd.socket.d
inside systemctl daemon-reload
inside systemctl reset-failed
inside systemctl stop berthd.socket 2>/dev/null

echo "alone"
inside systemctl mask -q --runtime berthd.socket
expect "without the socket unit it makes its own" inside systemctl start berthd
expect "and answers on it" inside berth status
expect "it ends in order" inside systemctl stop berthd 2>/dev/null
expect "with 0" test "$(property ExecMainStatus)" = 0
refuse "and takes its socket along" inside test -e /run/berth/control.sock

inside systemctl unmask -q --runtime berthd.socket

. scripts/systemd/many-leases.sh
inside systemctl stop berthd berthd.socket 2>/dev/null
. scripts/systemd/sandbox.sh

echo "upgrade, rollback, purge"
inside systemctl enable -q --now berthd.socket berthd
before=$(revision)
main=$(property MainPID)
swapped() { [ "$(property MainPID)" != "$main" ] && active && [ "$(revision)" = "$before" ]; }
expect "a newer package installs" package 0.0.2
expect "its daemon has taken over, with the book as it was" await swapped
expect "the settings stay as they were" inside grep -q watcher /etc/berth/berthd.yaml
level() { inside berth upgrade status -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["level"])'; }
written=$(level)
expect "it says which releases read the book" inside sh -c 'berth upgrade status | grep -q "refuse it"'
main=$(property MainPID)
expect "the package before it installs again" package 0.0.1
expect "and its daemon has the same book" await swapped
expect "written at the same level" test "$(level)" = "$written"
expect "it is purged" inside dpkg --purge berth
refuse "nothing of it runs" inside systemctl is-active berthd berthd.socket
refuse "the settings are gone" inside test -e /etc/berth
expect "the book stays" inside test -e /var/lib/berth/state/book.sqlite
package 0.0.1 >/dev/null 2>&1
inside systemctl enable -q --now berthd.socket berthd
expect "installed again, it goes on from there" inside berth tenant show acme
expect "asked to, a purge takes the book along" inside env BERTH_PURGE_STATE=yes dpkg --purge berth
refuse "and it is gone" inside test -e /var/lib/berth

if [ "$failures" = 0 ]; then echo "all of it is as it should be"; else echo "$failures failed"; exit 1; fi
