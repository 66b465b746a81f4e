#!/usr/bin/env bash
# How much is proved: cost, bound and gap by instance, and the mean gap of each family.
#   benches/bounds.sh [25x4] [40x4] [50x5] [wt40] [small] [fifty] [psp]      (the first three without a name)
# The last four are public sets in the folder PUBLIC. LIMIT=60s, SEEDS=10 generated instances whose best cost is above 0,
# FIRST=1 the first generator seed, THREADS=2; LOTWISE=... names another binary. With PEERS=cpsat,highs the generated ones
# are also given to these (benches/peers, its environment in PYTHON): side by side, by the same clock and checker.
set -euo pipefail
cd "$(dirname "$0")/.."
lotwise=${LOTWISE:-${CARGO_TARGET_DIR:-target}/release/lotwise}
limit=${LIMIT:-60s} seeds=${SEEDS:-10} first=${FIRST:-1} threads=${THREADS:-2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { "$lotwise" bench "$@" --time-limit "$limit" --seeds 1 --threads "$threads" --format csv 2>/dev/null | tail -n +2; }

# Rows of the bench's table in, rows with gaps and their summary out; a cost of 0 proves itself and is not in the mean.
gaps() { # name of the family
    awk -F, -v family="$1" '
        $8 == "refused" { printf "  %-24s refused\n", $1; next }
        { counted++; proved += $8 == "optimal" }
        $7 == "" { printf "  %-24s %12s %12s\n", $1, $3, "no bound"; without++; next }
        $3 > 0 { gap = 100 * ($3 - $7) / $3; sum += gap; positive++; if ($8 != "optimal") { open_sum += gap; open++ }
                 printf "  %-24s %12s %12s %7.2f %%  %s %6.1f s\n", $1, $3, $7, gap, $8, $10 }
        END { printf "%s: %d runs, %d optimal, mean gap %.2f %% over %d of positive cost, %.2f %% over the %d of these not proved, %d without a bound\n",
                     family, counted, proved, positive ? sum / positive : 0, positive, open ? open_sum / open : 0, open, without }'
}

generated() { # orders x lines
    local seed=$first found=0 used=() row
    while [ "$found" -lt "$seeds" ]; do
        "$lotwise" generate parallel --orders "${1%x*}" --lines "${1#*x}" --seed "$seed" -o "$work/$1-s$seed.json" >/dev/null 2>&1
        row=$(run "$work/$1-s$seed.json")
        if [ "$(cut -d, -f3 <<<"$row")" != 0 ]; then
            echo "$row" >>"$work/$1.csv"
            used+=("$seed") found=$((found + 1))
        fi
        seed=$((seed + 1))
    done
    gaps "parallel $1, generator seeds ${used[*]}, $limit, $threads threads" <"$work/$1.csv"
    if [ -n "${PEERS:-}" ]; then
        "${PYTHON:-benches/peers/.venv/bin/python}" benches/peers/compare.py --lotwise "$lotwise" --solvers "lotwise,$PEERS" \
            --sizes "$1" --families default --seeds "$(IFS=,; echo "${used[*]}")" --time-limit "${limit%s}" --threads "$threads" \
            --out "${OUT:-$work/peers.csv}"
    fi
}

public() { # name of the family, files
    local name=$1
    shift
    run "$@" | gaps "$name, $limit, $threads threads"
}

[ $# -gt 0 ] || set -- 25x4 40x4 50x5
for part in "$@"; do
    case $part in
        *x*) generated "$part" ;;
        wt40) public wt40 "${PUBLIC:?}/weighted-tardiness/wt40.txt" ;;
        small) public "Vallada-Ruiz, 6 to 12 jobs" "${PUBLIC:?}"/upmsp-sdst/instances/I_{6,8,10,12}_*.txt ;;
        fifty) public "Vallada-Ruiz, 50 jobs" "${PUBLIC:?}"/upmsp-sdst/instances/I_50_*.txt ;;
        psp) public PSP "${PUBLIC:?}/lot-sizing-psp/instances" ;;
        *) echo "no such part: $part" >&2; exit 2 ;;
    esac
done
