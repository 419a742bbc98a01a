# The system tests inside the sandbox of the installed unit; read by scripts/systemd/checks.sh.
#
# The unit of the tests is a copy of berthd.service, so every limit and every line of its sandbox is in force for the tests and for the
# daemons that they start. A drop-in has what is different, and all of it is printed.

# Suites that need neither another user nor a mount, which the sandbox forbids, and that are quick. SUITES=. is all of them: those that
# call as another user are skipped or fail, and the recipes for curl, which read a file of /proc that ProcSubset= hides.
sandboxed_suites=${SUITES:-SupervisionTests RequestTests LineTests AmendmentTests LoadTargetTests LedgerTests FeedTests TokenTests PollTests WhatIfTests}

sandbox() {
    if ! inside test -x /opt/berth-test/programs/berthPackageTests.xctest; then
        echo "  ----  NOT run: there is no berthPackageTests.xctest beside the programs; swift build --build-tests makes it"
        return
    fi
    local filters
    filters=$(for suite in $sandboxed_suites; do printf ' --filter SystemTests/%s' "$suite"; done)
    inside mkdir -p /run/systemd/system/berth-system-tests.service.d
    inside cp /usr/lib/systemd/system/berthd.service /run/systemd/system/berth-system-tests.service
    sed "s#@tests@#/opt/berth-test/programs/berthPackageTests.xctest --testing-library swift-testing$filters#; s#@repository@#$PWD#" <<'UNIT' > "$folder.drop"
[Unit]
Wants=
ConditionPathExists=

[Service]
# A run of tests that ends, instead of a service that is watched, reloaded and started again.
Type=oneshot
NotifyAccess=none
ExecStart=
ExecStart=@tests@
ExecReload=
Restart=no
WatchdogSec=0
TimeoutStartSec=20min
# Its files are in its own /tmp; the daemon's are not its to change.
StateDirectory=
RuntimeDirectory=
ConfigurationDirectory=
LoadCredential=
# Tests read the fleet files and documents of the repository where it was built.
BindReadOnlyPaths=/opt/berth-test/repository:@repository@
StandardOutput=truncate:/run/berth-system-tests.log
StandardError=truncate:/run/berth-system-tests.log
# Foundation starts and awaits programs with a datagram socket to itself, which the tests need and the daemon does not.
RestrictAddressFamilies=AF_INET AF_INET6
IPAddressAllow=localhost
UNIT
    # What is under a home would stay hidden.
    case $PWD/ in /home/* | /root/*) echo ProtectHome=tmpfs >> "$folder.drop" ;; esac
    edit /run/systemd/system/berth-system-tests.service.d/tests.conf < "$folder.drop"
    inside systemctl daemon-reload
    echo "  all of berthd.service, and instead of what stands there:"
    grep -v '^#' "$folder.drop" | sed -n 's/^\(.*=.*\)/          \1/p' | cut -c1-150
    rm -f "$folder.drop"
    local result=passed
    inside systemctl start berth-system-tests 2>/dev/null || result=failed
    inside cat /run/berth-system-tests.log > "$folder.tests"
    local said
    said=$(grep -aE 'Test run with [0-9]+ tests' "$folder.tests" | tail -1 | sed 's/^[^T]*//')
    if [ "$result" = passed ] && [ -n "$said" ]; then
        ok "$said ($(grep -ac ' skipped' "$folder.tests") skipped)"
    else
        bad "the system tests in the sandbox" "$(inside systemctl show -p Result -p ExecMainStatus berth-system-tests)" \
            "$(grep -aE 'recorded an issue|Test run|rror' "$folder.tests" | tail -15)"
    fi
    inside systemctl reset-failed berth-system-tests 2>/dev/null
    inside rm -r /run/systemd/system/berth-system-tests.service /run/systemd/system/berth-system-tests.service.d
    inside systemctl daemon-reload
    [ -z "${KEEP_LOG:-}" ] || cp "$folder.tests" "$KEEP_LOG"
    rm -f "$folder.tests"
}

echo "the system tests, in the sandbox of berthd.service"
sandbox
