#!/usr/bin/env bash
# What the search makes of its time: two threads against one, one real day by seconds, a very large plant.
#   benches/search.sh [threads] [day] [large]      (all three without a name; LOTWISE=... names another binary,
#   SEEDS="1 2 3" the seeds of the day)
set -euo pipefail
cd "$(dirname "$0")/.."
lotwise=${LOTWISE:-${CARGO_TARGET_DIR:-target}/release/lotwise}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quiet=(--quiet --progress none)

# The first number after a key of the plan's own layout.
number() { sed -n '/^  "'"$2"'": {/,/^  }/p' "$1" | sed -n 's/^    "'"$3"'": \([-0-9.]*\),\{0,1\}$/\1/p' | head -1; }
seconds() { local from; from=$(date +%s.%N); "$@" >/dev/null 2>&1; date +%s.%N | awk -v from="$from" '{ printf "%.2f", $1 - from }'; }

# The same iterations make the same plan on any number of threads, so the same cost is reached: only the time differs.
threads() {
    echo "two threads against one, the same plan: orders x lines, seconds with 1, with 2, ratio"
    local size one two
    for size in 100x8 1000x10; do
        "$lotwise" generate parallel --orders "${size%x*}" --lines "${size#*x}" --seed 1 -o "$work/$size.json"
        one=$(seconds "$lotwise" solve "$work/$size.json" --method heuristic --iterations 20000000 --threads 1 "${quiet[@]}" -o "$work/1.json")
        two=$(seconds "$lotwise" solve "$work/$size.json" --method heuristic --iterations 20000000 --threads 2 "${quiet[@]}" -o "$work/2.json")
        cmp "$work/1.json" "$work/2.json"
        echo "$size $one $two" | awk '{ printf "  %-8s %7.2f %7.2f %6.2f\n", $1, $2, $3, $2 / $3 }'
    done
}

show() { # name of the row, plan
    printf '  %-14s %12s %9s %6s %9s %11s\n' "$1" "$(number "$2" cost total)" "$(number "$2" kpis on_time)" \
        "$(number "$2" kpis late)" "$(number "$2" kpis rejected)" "$(number "$2" kpis changeover_hours)"
}

day() {
    "$lotwise" import orders instances/giftware/orders-2010-12-01.csv --plant instances/giftware/plant.json \
        --mapping instances/giftware/mapping.json --start 2010-12-02T00:00:00Z -o "$work/day.json" >/dev/null 2>&1
    echo "one real day of the giftware works"
    printf '  %-14s %12s %9s %6s %9s %11s\n' "" cost "on time" late rejected "changeover h"
    "$lotwise" solve "$work/day.json" --method dispatch "${quiet[@]}" -o "$work/plan.json"
    show dispatch "$work/plan.json"
    "$lotwise" solve "$work/day.json" --iterations 0 "${quiet[@]}" -o "$work/plan.json"
    show construction "$work/plan.json"
    local limit seed
    for limit in ${LIMITS:-10s 60s 300s}; do
        for seed in ${SEEDS:-1}; do
            "$lotwise" solve "$work/day.json" --time-limit "$limit" --seed "$seed" "${quiet[@]}" -o "$work/plan.json"
            show "$limit, seed $seed" "$work/plan.json"
        done
    done
}

large() {
    echo "100,000 orders on 200 lines, a minute: seconds and cost of each better plan (run.incumbents)"
    "$lotwise" generate parallel --orders 100000 --lines 200 --set tardiness_percent=70 --seed 1 -o "$work/large.json"
    "$lotwise" solve "$work/large.json" --time-limit 60s "${quiet[@]}" -o "$work/plan.json"
    awk '/"incumbents"/ { on = 1 } on && /"seconds"/ { gsub(/[,"]/, ""); s = $2 } on && /"cost"/ { gsub(/[,"]/, ""); c = $2 }
         on && /}/ { if (s != "") printf "  %8.1f %18s\n", s, c; s = "" } on && /\]/ { exit }' "$work/plan.json"
}

[ $# -gt 0 ] || set -- threads day large
for part in "$@"; do "$part"; done
