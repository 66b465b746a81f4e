#!/bin/sh
# Fills fuzz/corpus from the files of the tests and the generator: fuzz/seed.sh LOTWISE (the program).
set -eu
cd "$(dirname "$0")/.."
lotwise=$1
for target in instance import plan actuals public workbook structured; do mkdir -p fuzz/corpus/$target; done
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
# Bodies that take something else than a file: a plan of the instance that uses every field, a public file behind the
# number of its format, the XML of a workbook, workbooks.
cp tests/files/every-field-plan.json fuzz/corpus/plan/
"$lotwise" solve tests/files/every-field.json --iterations 100 -q -o fuzz/corpus/plan/sound.json
printf '{"format":"lotwise-actuals/1"}' > fuzz/corpus/actuals/none.json
number=0
for file in machines.txt wt3.txt lots.psp shop.txt jobs.csv; do
    { printf "\\$(printf %03o $number)"; cat tests/files/public/$file; } > fuzz/corpus/public/$file
    number=$((number + 1))
done
{
    printf '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    head -12 tests/import/messy.csv | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's#[^;]*#<c t="inlineStr"><is><t>&</t></is></c>#g' -e 's/;//g' \
        -e 's#.*#<row>&</row>#'
    printf '</sheetData></worksheet>'
} > fuzz/corpus/workbook/messy.xml
cp tests/files/workbook/parts.txt fuzz/corpus/workbook/
"$lotwise" report tests/files/every-field.json fuzz/corpus/plan/sound.json --xlsx fuzz/corpus/workbook/report.xlsx
# A seed, features and changes as numbers: any bytes are some. With none libFuzzer ends at once, for the target takes no
# input shorter than its numbers.
for number in 1 2 3 4 5 6 7 8; do
    tail -c +$((number * 500)) tests/files/every-field.json | head -c $((number * 16 + 16)) > fuzz/corpus/structured/$number
done
