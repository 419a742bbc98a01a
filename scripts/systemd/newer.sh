# The drop-ins for systemd from 253 and 254 on; read by scripts/systemd/checks.sh with the configuration that is good in $good.

newer() {
    local version unit main said
    version=$(inside systemctl --version | awk 'NR == 1 { print $2 }')
    if [ "$version" -lt 254 ]; then
        echo "  ----  NOT looked at: this is systemd $version; ROOT=FOLDER with a Debian that has a newer one does"
        return
    fi
    unit=/etc/systemd/system/berthd.service.d
    inside mkdir -p "$unit"
    inside cp /usr/share/doc/berth/examples/restart-steps.conf /usr/share/doc/berth/examples/notify-reload.conf "$unit/"
    inside systemctl daemon-reload
    said=$(inside systemd-analyze verify --man=no /usr/lib/systemd/system/berthd.service 2>&1 | grep -i berth || true)
    if [ -z "$said" ]; then ok "systemd-analyze verify says nothing of them"; else bad "verify" "$said"; fi
    expect "they are in force" test "$(property Type) $(property RestartSteps) $(property RestartMaxDelayUSec)" = "notify-reload 8 1min"
    inside systemctl restart berthd
    main=$(property MainPID)
    inside sed -i 's/user:watcher/user:daemon/' /etc/berth/berthd.yaml
    expect "systemctl reload sends SIGHUP and waits for the end" inside systemctl reload berthd
    refuse "the settings are in force when it returns" as watcher berth status
    printf '%s\n\nlog: {levle: debug}\n' "$good" | edit /etc/berth/berthd.yaml
    expect "of a reload that is refused it says nothing" inside systemctl reload berthd
    expect "STATUS does" says "unknown setting log.levle"
    printf '%s\n' "$good" | edit /etc/berth/berthd.yaml
    expect "and one after it is taken" inside systemctl reload berthd
    if says refused; then bad "STATUS still says refused" "$(status_line)"; else ok "and the status is clean again"; fi
    expect "it is still the same process" test "$(property MainPID)" = "$main"
    # Crashes in a row: each pause is longer than the one before.
    local pauses=""
    for _ in 1 2 3; do
        inside systemctl kill -s KILL --kill-whom=main berthd
        await waiting
        pauses="$pauses $(inside systemctl show -P RestartUSecNext berthd)"
        await active
    done
    # shellcheck disable=SC2086
    if printf '%s\n' $pauses | sort -gc 2>/dev/null && [ "$(printf '%s\n' $pauses | sort -u | wc -l)" = 3 ]; then
        ok "the pauses after crashes grow:$pauses"
    else
        bad "pauses" "$pauses"
    fi
    inside rm -rf "$unit"
    inside systemctl daemon-reload
    inside systemctl restart berthd
}
waiting() { [ "$(property SubState)" = auto-restart ]; }

echo "drop-ins of newer systemds"
newer
