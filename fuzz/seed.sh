#!/bin/sh
# Fills fuzz/corpus from the files of the tests and the generator: fuzz/seed.sh LOTWISE (the program).
set -eu
cd "$(dirname "$0")/.."
lotwise=$1
mkdir -p fuzz/corpus/instance fuzz/corpus/import
for file in tests/bad/*.json tests/files/every-field.json; do cp "$file" fuzz/corpus/instance/; done
for folder in three-orders lateness rejection unplanned set-aside; do
    cp "instances/$folder/instance.json" "fuzz/corpus/instance/$folder.json"
done
seed=0
while [ $seed -lt 200 ]; do
    "$lotwise" generate anything --seed $seed -o fuzz/corpus/instance/anything-$seed.json
    seed=$((seed + 1))
done
cp tests/import/messy.csv fuzz/corpus/import/
head -c 4000 instances/giftware/orders-2010-12-01.csv > fuzz/corpus/import/giftware.csv
