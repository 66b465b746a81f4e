#!/bin/sh
# What planning in parts costs: the whole against partition, plans of the parts and merge, at equal time on all cores.
# Usage: benches/parts.sh LOTWISE SECONDS INSTANCE PARTS...
# A row per number of parts: cost of the whole, of the parts put together, after the repair, and by how much that is dearer.
set -eu
lotwise=$1 seconds=$2 instance=$3
shift 3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cores=$(nproc)
total() { sed -n 's/^    "total": \([0-9.]*\),*/\1/p' "$1" | head -n 1; }
"$lotwise" solve "$instance" --time-limit "${seconds}s" -q -o "$folder/whole.json"
whole=$(total "$folder/whole.json")
for parts in "$@"; do
    "$lotwise" partition "$instance" --parts "$parts" -o "$folder/parts.ndjson" --format json > "$folder/cut.json"
    made=$(wc -l < "$folder/parts.ndjson")
    # A fifth of the time is the merge's; each part is planned on one core.
    each=$(awk "BEGIN { print $seconds * 0.8 * $cores / $made }")
    rest=$(awk "BEGIN { print $seconds * 0.2 }")
    "$lotwise" solve --ndjson "$folder/parts.ndjson" --time-limit "${each}s" -q -o "$folder/plans.ndjson"
    "$lotwise" merge "$instance" "$folder/plans.ndjson" --time-limit "${rest}s" -o "$folder/merged.json" 2> "$folder/said"
    "$lotwise" check "$instance" "$folder/merged.json" > /dev/null
    together=$(sed -n 's/.*parts say, \(.*\) put together.*/\1/p' "$folder/said")
    merged=$(total "$folder/merged.json")
    awk -v name="$(basename "$instance" .json)" -v made="$made" -v whole="$whole" -v together="$together" -v merged="$merged" \
        'BEGIN { printf "| %s | %s | %s | %s | %s | %+.1f %% |\n", name, made, whole, together, merged, (merged / whole - 1) * 100 }'
done
