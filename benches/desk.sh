#!/usr/bin/env bash
# What the planner's questions take of a plan with 5,000 lots: benches/desk.sh [LOTWISE] [OUT] [RUNS]
# LOTWISE is the program (a release build), OUT a folder for what is made, RUNS how often each is asked (3). Prints one line a
# question: least wall time and least processor time of the runs, in seconds. How fast the page opens is measured by
# `make test-browser`.
set -euo pipefail
cd "$(dirname "$0")/.."
lotwise=${1:-${CARGO_TARGET_DIR:-target}/release/lotwise} out=${2:-out/desk} runs=${3:-3}
mkdir -p "$out"
row() { # NAME COMMAND...: asked so often, files in the page cache
    python3 - "$runs" "$@" <<'PYTHON'
import resource, subprocess, sys, time
runs, name, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
walls, processors = [], []
for _ in range(runs):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    walls.append(time.monotonic() - begin)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
print(f"{name:<34} {min(walls):8.2f} s {min(processors):8.2f} s processor")
PYTHON
}
first() { sed -n 's/^ *"variant": "\(.*\)",*$/\1/p' "$1" | head -n 1; }
for kind in plant garment; do
    instance="$out/$kind.json" plan="$out/$kind.plan.json"
    case $kind in
        plant) set -- --orders 5000 --lines 40 ;;
        # Three steps a lot: more operations, timing that is coupled.
        garment) set -- --orders 1700 ;;
    esac
    [ -f "$instance" ] || "$lotwise" generate "$kind" "$@" --seed 1 -o "$instance"
    [ -f "$plan" ] || "$lotwise" solve "$instance" --method dispatch --iterations 1 --quiet -o "$plan"
    printf '{ "id": "RUSH", "items": [ { "variant": "%s", "quantity": 40 } ] }\n' "$(first "$instance")" > "$out/order.json"
    lots=$(grep -c '"lot":' "$plan" || true) operations=$(grep -c '"start":' "$plan" || true)
    late=$(grep -c '"status": "late"' "$plan" || true)
    echo "$kind: $lots lots, $operations operations, $late orders late"
    row "  explain, all" "$lotwise" explain "$instance" "$plan" --format json
    row "  explain, causes alone" "$lotwise" explain "$instance" "$plan" --format json --most 0
    row "  quote" "$lotwise" quote "$instance" "$plan" "$out/order.json" --format json
    row "  report, HTML" "$lotwise" report "$instance" "$plan" -o "$out/$kind.html"
    row "  report, CSV and XLSX" "$lotwise" report "$instance" "$plan" --csv "$out/$kind" --xlsx "$out/$kind.xlsx"
done
