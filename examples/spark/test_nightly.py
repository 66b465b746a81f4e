"""Runs the job in local mode with two workers: every plan is, byte for byte, what the plant gets alone; one poisoned plant
ends in the exceptions and nowhere else. Usage: test_nightly.py LOTWISE [PLANTS] [ORDERS] [ITERATIONS]"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import nightly
import pandas
from pyspark.sql import SparkSession

COLUMNS = ["plant", "order", "variant", "quantity", "release", "due", "late_cost_per_day", "reject_cost"]
EFFORT = ["--seed", "7", "--threads", "1", "--quiet"]


def rows_of(plant, instance):
    """An instance's orders as rows of a dump."""
    for order in instance["orders"]:
        for item in order["items"]:
            yield [plant, order["id"], item["variant"], str(item["quantity"]), order.get("release", ""),
                   order.get("due", ""), str(order.get("late_cost_per_day", "")), str(order.get("reject_cost", ""))]


def main(lotwise, plants=8, orders=30, iterations=2_000):
    """Makes the plants, runs the job on CSV and on Parquet, compares."""
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "plants").mkdir()
    rows, texts, poisoned = [], {}, f"plant-{plants // 2:03}"
    for seed in range(plants):
        plant = f"plant-{seed:03}"
        made = subprocess.run([lotwise, "generate", "parallel", "--orders", str(orders), "--lines", "5", "--seed",
                               str(seed + 1)], capture_output=True, check=True)
        instance = json.loads(made.stdout)
        own = list(rows_of(plant, instance))
        if plant == poisoned:
            own[0][2] = "no-such-variant"
        rows += own
        texts[plant] = json.dumps({**instance, "orders": []})
        (folder / "plants" / f"{plant}.json").write_text(texts[plant])
    # A plant of which the dump has no orders, and orders of a plant that has no file.
    (folder / "plants" / "plant-idle.json").write_text(texts["plant-000"])
    rows += [["plant-lost", *row[1:]] for row in rows_of("plant-000", instance)]
    frame = pandas.DataFrame(rows, columns=COLUMNS)
    frame.to_csv(folder / "orders.csv", index=False)
    frame.to_parquet(folder / "orders.parquet", index=False)
    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config(
        "spark.sql.shuffle.partitions", "4").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    for dump in ["orders.csv", "orders.parquet"]:
        began, output = time.monotonic(), str(folder / f"out-{dump}")
        nightly.run(spark, nightly.argparse.Namespace(
            orders=str(folder / dump), plants=str(folder / "plants"), output=output, lotwise=str(lotwise),
            iterations=iterations, seed=7, partitions=4))
        took = time.monotonic() - began
        plans = {row.plant: row.plan for row in spark.read.parquet(output + "/plans").collect()}
        exceptions = spark.read.csv(output + "/exceptions", header=True).collect()
        kpis = {row.plant for row in spark.read.csv(output + "/kpis", header=True).collect()}
        assert {(row.plant, row.code) for row in exceptions} == {
            (poisoned, "unknown-variant"), ("plant-idle", "no-orders"), ("plant-lost", "no-plant-file")}, exceptions
        assert len(exceptions) == 3, exceptions
        assert set(plans) == kpis == set(texts) - {poisoned}
        for plant, plan in plans.items():
            own = [dict(zip(COLUMNS, row)) for row in rows if row[0] == plant]
            alone = subprocess.run([lotwise, "solve", "-", "--ndjson", "--iterations", str(iterations), *EFFORT],
                                   input=nightly.instance_of(texts[plant], own).encode(), capture_output=True, check=True)
            assert alone.stdout.decode().rstrip("\n") == plan, f"{plant} differs from its plan alone"
        print(f"{dump}: {len(plans)} plants of {orders} orders in {took:.1f} s, as alone; {poisoned}, plant-idle, plant-lost in the exceptions")
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
