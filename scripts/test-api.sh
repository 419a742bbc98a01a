#!/usr/bin/env bash
# Has schemathesis look for server errors, undocumented statuses and answers that are not what /openapi.json says, on a
# daemon of its own with a small fleet: as an operator, as an auditor and as a tenant over the Unix socket, and as the bearer of a
# tenant's token over TCP with TLS.
#
#   EXAMPLES=200 scripts/test-api.sh             so many examples for each operation, phase and role (else 20)
#   ROLES="operator bearer" scripts/test-api.sh  some of operator, auditor, tenant and bearer
#   BERTH_API_URL=https://127.0.0.1:7443 BERTH_API_TOKEN=… scripts/test-api.sh
#                                                a daemon that runs already, over TCP
#
# Further arguments go to schemathesis. Streams of GET /v1/events are asked to end, and POST /v1/backup is told to write into a folder of
# the test; of a daemon that runs already it is left out, since it would write files there.
set -euo pipefail
cd "$(dirname "$0")/.."

examples=${EXAMPLES:-20}
venv=$PWD/.build/venv
version=4.32.5
if [ "$("$venv/bin/pip" show schemathesis 2>/dev/null | sed -n 's/^Version: //p')" != "$version" ]; then
    python3 -m venv "$venv" || { echo "Python 3 with venv is needed: apt-get install python3-venv" >&2; exit 1; }
    "$venv/bin/pip" install --quiet "schemathesis==$version"
fi

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
checks+=,response_headers_conformance,unsupported_method,allow_header_conformance,negative_data_rejection
failed=0
left_out=()
# What a body means is checked beyond its schema, so that a body that fits may be refused: positive_data_acceptance would
# call each such refusal a finding.
test_as() { # name url arguments...
    echo "== as $1"
    local name=$1 url=$2
    shift 2
    # It keeps what it found in a folder where it stands.
    (cd "$home" && "$venv/bin/schemathesis" run "$url/openapi.json" --url "$url" --checks "$checks" \
        --phases examples,coverage,fuzzing --max-examples "$examples" "${left_out[@]}" \
        --continue-on-failure --request-timeout 60 --suppress-health-check all --generation-database none --no-color \
        "$@") || failed=1
}

home=$(mktemp -d /tmp/berth-api-XXXXXX)
started=()
stop() {
    for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
    for process in "${started[@]}"; do wait "$process" 2>/dev/null || true; done
    rm -rf "$home"
}
trap stop EXIT
export SCHEMATHESIS_HOOKS=hooks PYTHONPATH="$PWD/scripts/api-test" BERTH_API_NAMES="$home/names.json"
export BERTH_API_BACKUPS="$home/backups"
mkdir "$home/backups"

if [ -n "${BERTH_API_URL:-}" ]; then
    echo "${BERTH_API_NAMES_JSON:-{\}}" >"$BERTH_API_NAMES"
    left_out=(--exclude-operation-id backUp)
    test_as "the bearer of a token" "$BERTH_API_URL" --tls-verify false \
        ${BERTH_API_TOKEN:+-H "Authorization: Bearer $BERTH_API_TOKEN"} "$@"
    exit $failed
fi

programs=${BERTH_TEST_PROGRAMS:-.build/debug}
[ -x "$programs/berthd" ] || swift build --product berthd
chmod 755 "$home"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=localhost" \
    -addext "subjectAltName=IP:127.0.0.1" -keyout "$home/key.pem" -out "$home/certificate.pem" 2>/dev/null
cat >"$home/berthd.yaml" <<YAML
tcp:
  addresses: ["127.0.0.1:0"]
  certificateFile: $home/certificate.pem
  keyFile: $home/key.pem
roles:
  operators: ["user:$(id -u)"]
  auditors: ["user:42003"]
  tenants: ["user:42001=acme"]
YAML
BERTHD_STATE_IDENTITY_FILE="$home/book-id" "$programs/berthd" --config "$home/berthd.yaml" --fleet config/fleets/small.yaml \
    --state "$home/state" --socket "$home/berth.sock" --initialise >"$home/log" 2>&1 &
daemon=$!
started+=("$daemon")
until curl -sf --unix-socket "$home/berth.sock" http://berth/readyz >/dev/null; do
    kill -0 "$daemon" 2>/dev/null || { cat "$home/log" >&2; exit 1; }
    sleep 0.1
done
python3 scripts/api-test/populate.py "$home/berth.sock" >"$BERTH_API_NAMES"

# ask METHOD PATH [BODY]: what the daemon answers to this user.
ask() {
    curl -sf --unix-socket "$home/berth.sock" -X "$1" ${3:+-H 'Content-Type: application/json' -d "$3"} "http://berth$2"
}
roles=${ROLES:-operator auditor tenant bearer}
if [ "$(id -u)" = 0 ]; then
    chown 0:42100 "$home/berth.sock"
else
    echo "Only root can call as other users: as operator and with a token."
    roles="operator bearer"
fi
for role in $roles; do
    if [ "$role" = bearer ]; then
        address=$(ask GET /v1/status | python3 -c 'import json, sys
print(next(l["place"] for l in json.load(sys.stdin)["listeners"] if l["tls"]))')
        token=$(ask POST /v1/tenants/acme/tokens '{"name":"api-test","reason":"test"}' |
            python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
        test_as "the bearer of a token over TLS" "https://$address" --tls-verify false -H "Authorization: Bearer $token" "$@"
        continue
    fi
    case $role in
        operator) user=$(id -u) ;;
        auditor) user=42003 ;;
        tenant) user=42001 ;;
        *) echo "There is no role $role" >&2; exit 1 ;;
    esac
    python3 scripts/api-test/forward.py "$home/berth.sock" "$user" 42100 >"$home/port-$role" &
    started+=("$!")
    until [ -s "$home/port-$role" ]; do sleep 0.1; done
    test_as "$role" "http://127.0.0.1:$(cat "$home/port-$role")" "$@"
    kill -0 "$daemon" 2>/dev/null || { echo "The daemon has ended:" >&2; tail -n 20 "$home/log" >&2; exit 1; }
done
grep -E "a request failed|Fatal|error" "$home/log" | head -n 20 || true
exit $failed
