#!/usr/bin/env bash
# Times the whole command, from file to checked plan, and its start-up: benches/spine.sh [LOTWISE] [OUT]
# LOTWISE is the program (a release build), OUT a folder for the instances made. Prints one line a run: wall time in
# seconds, CPU time in seconds, largest resident memory in MiB.
set -euo pipefail
cd "$(dirname "$0")/.."
lotwise=${1:-${CARGO_TARGET_DIR:-target}/release/lotwise} out=${2:-out/spine}
mkdir -p "$out"

# GNU time where it is there; else Python, which asks the kernel the same question.
measured() {
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f '%e %U %S %M' -o "$out/time" "$@" > /dev/null 2> "$out/stderr" || return
    else
        python3 - "$out/time" "$@" 2> "$out/stderr" <<'PYTHON' || return
import resource, subprocess, sys, time
begin = time.monotonic()
status = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
wall = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(f"{wall:.2f} {used.ru_utime:.2f} {used.ru_stime:.2f} {used.ru_maxrss}")
sys.exit(status)
PYTHON
    fi
}
row() { awk -v name="$1" '{ printf "%-34s %8.2f s %8.2f s CPU %8.0f MiB\n", name, $1, $2 + $3, $4 / 1024 }' "$out/time"; }

for size in 1000x10 10000x50 100000x200; do
    orders=${size%x*} lines=${size#*x} instance="$out/plant-$size.json" plan="$out/plan-$size.json"
    [ -f "$instance" ] || "$lotwise" generate plant --orders "$orders" --lines "$lines" -o "$instance"
    for method in dispatch heuristic; do
        measured "$lotwise" solve "$instance" --method $method --iterations 1 --quiet -o "$plan"
        row "solve $size $method"
    done
    measured "$lotwise" check "$instance" "$plan"
    row "check $size"
done

"$lotwise" --version > /dev/null
begin=$(date +%s%N)
for _ in $(seq 100); do "$lotwise" --version > /dev/null; done
end=$(date +%s%N)
echo "--version: $(((end - begin) / 100000)) microseconds, mean of 100 runs"
