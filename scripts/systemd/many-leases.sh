# READY with many leases, and the time that a replay asks for; read by scripts/systemd/checks.sh.
#
# LEASES says how many, 100,000 if it does not; POLLS, how many polls wait while memory, threads and descriptors are counted. The fleet
# is the default one, the book one of its own.

leases=${LEASES:-100000}
polls=${POLLS:-1000}
state=/var/lib/berth

# Milliseconds from the start of the program to READY.
ready() { # of the last start of berthd.service
    local started active
    started=$(property ExecMainStartTimestampMonotonic)
    active=$(property ActiveEnterTimestampMonotonic)
    echo $(((active - started) / 1000))
}
# A line of the daemon's status in /proc.
held() { inside awk -v name="$1:" '$1 == name { print $2 }' "/proc/$(property MainPID)/status"; }
# What the daemon holds while 64 clients write and polls wait, beside what its unit may. It is read from /proc, since not every machine
# that can boot a systemd for this has the cgroup controllers, too.
crowd() {
    inside rm -f /run/go /run/stop
    inside sh -c 'ulimit -n "$(ulimit -H -n)" && exec "$@"' sh \
        python3 /opt/berth-test/load.py /run/berth/control.sock 64 "$polls" /run/go /run/stop > "$folder.load" 2>&1 &
    local load=$! kilobytes threads files
    await inside test -e /run/go || bad "$polls polls never waited" "$(cat "$folder.load")"
    kilobytes=$(held VmHWM)
    threads=$(held Threads)
    files=$(inside ls "/proc/$(property MainPID)/fd" | wc -l)
    inside touch /run/stop
    if wait "$load"; then ok "$(head -1 "$folder.load")"; else bad "load" "$(cat "$folder.load")"; fi
    rm -f "$folder.load"
    echo "        it held at most $((kilobytes / 1000)) MB, $threads threads and $files descriptors meanwhile"
    if [ $((kilobytes * 1024)) -lt $(($(property MemoryHigh) / 2)) ] && [ "$threads" -lt $(($(property TasksMax) / 2)) ]; then
        ok "less than half of MemoryHigh= and TasksMax="
    else
        bad "limits" "MemoryHigh $(property MemoryHigh), TasksMax $(property TasksMax)"
    fi
}
megabytes() { echo $(($(held VmRSS) / 1000)); }
# Starts the daemon, and keeps what STATUS says until it serves, each with the milliseconds since the start.
start_watched() {
    local watcher begun
    begun=$(date +%s%3N)
    : > "$folder.said"
    while :; do echo "$(($(date +%s%3N) - begun)) $(property StatusText)" >> "$folder.said"; sleep 0.1; done &
    watcher=$!
    inside systemctl start berthd
    local result=$?
    kill "$watcher" && wait "$watcher" 2>/dev/null
    # What a start that fails was at is in its journal.
    [ "$result" = 0 ] || inside journalctl -u berthd -n 8 --no-pager -o short-precise
    return "$result"
}
crash() {
    inside systemctl kill -s KILL --kill-whom=main berthd
    await fallen
}
forget_snapshots() {
    inside python3 -c "import sqlite3; sqlite3.connect('$state/state/book.sqlite').executescript('delete from snapshots')"
}
fallen() { [ "$(property ActiveState)" = failed ]; }

many_leases() {
    inside systemctl stop berthd berthd.socket 2>/dev/null
    inside mkdir "$state/apart"
    inside sh -c "mv $state/state $state/book-id $state/apart/"
    inside cp /etc/berth/fleet.yaml /etc/berth/fleet.yaml.kept
    inside cp /usr/share/doc/berth/fleets/colossus.yaml /etc/berth/fleet.yaml
    # A crash is to stay one until it has been looked at.
    printf '[Service]\nRestart=no\n' | drop_in many
    expect "a book of the default fleet" inside systemctl start berth-initialise
    inside systemctl start berthd.socket berthd
    local text
    if text=$(inside python3 /opt/berth-test/fill.py /run/berth/control.sock "$leases" 2>&1); then ok "$text"; else
        bad "$leases leases" "$text"
    fi

    inside systemctl stop berthd 2>/dev/null
    expect "after a stop it starts from its snapshot" start_watched
    echo "        READY in $(ready) ms with $leases leases, $(megabytes) MB resident"
    crowd
    local all
    all="$(python3 -c "print(f'{$leases:,}')") leases, "
    expect "with all of them" await says "$all"

    # A crash behind whatever was written after the last snapshot, and one behind a journal without any.
    crash
    inside systemctl reset-failed berthd
    expect "after kill -9 too" start_watched
    echo "        READY in $(ready) ms"
    crash
    inside systemctl reset-failed berthd
    forget_snapshots
    expect "and from the journal alone" start_watched
    local whole told limit percents
    whole=$(ready)
    told=$(awk '/replaying/ { print $1; exit }' "$folder.said")
    echo "        READY in $whole ms, $(megabytes) MB resident; the replay was first told of after ${told:-no} ms"
    percents=$(grep -o 'replaying the journal: [0-9]* %' "$folder.said" | grep -o '[0-9]* %' | sort -nu | tr '\n' ' ')
    if [ "$(wc -w <<< "$percents")" -ge 4 ]; then ok "STATUS said in between: $percents"; else bad "percents" "$(sort -u "$folder.said")"; fi

    # With a time to start that ends early in that replay it comes up all the same, because it says that it comes on.
    limit=$(((${told:-0} * 3 + whole) / 4))
    crash
    inside systemctl reset-failed berthd
    forget_snapshots
    printf '[Service]\nRestart=no\nTimeoutStartSec=%dms\n' "$limit" | drop_in many
    expect "with TimeoutStartSec=${limit}ms it comes up all the same, by EXTEND_TIMEOUT_USEC" inside systemctl start berthd
    if [ "$(ready)" -gt "$limit" ]; then ok "after $(ready) ms"; else echo "  ----  it took $(ready) ms, which shows nothing"; fi
    expect "with all of them" await says "$all"

    inside systemctl stop berthd berthd.socket 2>/dev/null
    inside rm -rf /run/systemd/system/berthd.service.d/many.conf "$state/state" "$state/book-id"
    inside systemctl daemon-reload
    inside sh -c "mv $state/apart/state $state/apart/book-id $state/ && rmdir $state/apart"
    inside mv /etc/berth/fleet.yaml.kept /etc/berth/fleet.yaml
    rm -f "$folder.said"
    expect "the book from before is served again" inside systemctl start berthd.socket berthd
}

echo "READY with $leases leases"
many_leases
