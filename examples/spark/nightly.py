"""Plans a fleet of plants with Spark: order dumps in, plans, figures and exceptions out.

Each plant has a JSON file (an instance without orders) and its orders in a dump (CSV or Parquet) with the columns
plant, order, variant, quantity, release, due, late_cost_per_day, reject_cost. Every partition of the data frame pipes its
instances through one `lotwise solve --ndjson`. A plant that cannot be planned is a row of exceptions and harms no other;
a command that dies fails its partition's task, which Spark then tries again.
"""

import argparse
import json
import subprocess
import tempfile

from pyspark.sql import SparkSession, functions as F

ANSWER = "plant string, plan string, code string, message string"
ORDER = ("release", "due")
MONEY = ("late_cost_per_day", "reject_cost")


def filled(value):
    """Whether a cell says something: dumps write nothing as an empty cell, a null or not-a-number."""
    return value is not None and value == value and value != ""


def instance_of(plant_text, rows):
    """A plant's instance with its orders, in the order of their ids; rows of one order are its items."""
    instance = json.loads(plant_text)
    orders = {}
    for row in sorted(rows, key=lambda row: (row["order"], row["variant"])):
        order = orders.setdefault(row["order"], {"id": row["order"], "items": []})
        order.update({name: row[name] for name in ORDER if filled(row[name])})
        order.update({name: float(row[name]) for name in MONEY if filled(row[name])})
        order["items"].append({"variant": row["variant"], "quantity": int(row["quantity"])})
    instance["orders"] = list(orders.values())
    return json.dumps(instance, separators=(",", ":"))


def piped(command, names, lines):
    """The command's answer to each line: as many as there are lines, or it has failed as a whole."""
    with tempfile.TemporaryFile() as source:
        source.write(("\n".join(lines) + "\n").encode())
        source.seek(0)
        ended = subprocess.run(command, stdin=source, capture_output=True, check=False)
    answers = ended.stdout.decode().splitlines()
    # 2, 3, 4 and 6 are some line's own end, and that line says so; anything else is the command's.
    if ended.returncode not in (0, 2, 3, 4, 6) or len(answers) != len(lines):
        said = ended.stderr.decode()[-2000:]
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}, {len(answers)} of {len(lines)} answers: {said}")
    for name, answer in zip(names, answers):
        document = json.loads(answer)
        error = document.get("error")
        if error:
            first = (error["issues"] or [error])[0]
            yield name, None, first["code"], first["message"]
        elif document["status"] in ("unknown", "infeasible"):
            yield name, answer, document["status"], "orders that must be made are not in the plan"
        else:
            yield name, answer, None, None


def planner(command):
    """What plans the plants of a partition."""

    def plan(frames):
        import pandas

        for frame in frames:
            names, lines, failed = [], [], []
            for plant, text, rows in zip(frame["plant"], frame["text"], frame["rows"]):
                # Of a full join: what one side has not is null, or not-a-number.
                if not isinstance(text, str):
                    failed.append((plant, None, "no-plant-file", "orders of a plant that has no file"))
                    continue
                if not hasattr(rows, "__len__") or len(rows) == 0:
                    failed.append((plant, None, "no-orders", "a plant of which the dump has no orders"))
                    continue
                try:
                    lines.append(instance_of(text, [row.asDict() if hasattr(row, "asDict") else row for row in rows]))
                    names.append(plant)
                except (ValueError, TypeError, KeyError) as fault:
                    failed.append((plant, None, "unreadable", f"{type(fault).__name__}: {fault}"))
            answers = list(piped(command, names, lines)) if lines else []
            yield pandas.DataFrame(answers + failed, columns=["plant", "plan", "code", "message"])

    return plan


def run(spark, arguments):
    """Reads, plans and writes."""
    reader = spark.read.parquet if arguments.orders.endswith(".parquet") else (
        lambda path: spark.read.csv(path, header=True))
    rows = reader(arguments.orders)
    # A full join: orders of a plant without a file, and a plant without orders, must both be heard of.
    plants = spark.read.text(arguments.plants, wholetext=True).select(
        F.regexp_extract(F.input_file_name(), r"([^/]+)\.json$", 1).alias("plant"), F.col("value").alias("text"))
    grouped = rows.groupBy("plant").agg(F.collect_list(F.struct(*[c for c in rows.columns if c != "plant"])).alias("rows"))
    joined = grouped.join(plants, "plant", "full").repartition(arguments.partitions, "plant")
    command = [arguments.lotwise, "solve", "-", "--ndjson", "--quiet", "--threads", "1",
               "--iterations", str(arguments.iterations), "--seed", str(arguments.seed)]
    answers = joined.mapInPandas(planner(command), ANSWER).persist()
    answers.where("plan is not null").select("plant", "plan").write.mode("overwrite").parquet(f"{arguments.output}/plans")
    figures = ["$.cost.total", "$.kpis.orders", "$.kpis.on_time", "$.kpis.late", "$.kpis.rejected", "$.kpis.unplanned"]
    columns = [F.get_json_object("plan", path).cast("double").alias(path.rsplit(".", 1)[-1]) for path in figures]
    answers.where("plan is not null").select("plant", *columns).coalesce(1).write.mode("overwrite").csv(
        f"{arguments.output}/kpis", header=True)
    answers.where("code is not null").select("plant", "code", "message").coalesce(1).write.mode("overwrite").csv(
        f"{arguments.output}/exceptions", header=True)


def main():
    """The job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", required=True, help="the dump: a CSV or .parquet file or folder")
    parser.add_argument("--plants", required=True, help="a folder of PLANT.json, instances without orders")
    parser.add_argument("--output", required=True)
    parser.add_argument("--lotwise", default="lotwise")
    parser.add_argument("--iterations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--partitions", type=int, default=8)
    arguments = parser.parse_args()
    spark = SparkSession.builder.appName("lotwise-nightly").getOrCreate()
    try:
        run(spark, arguments)
    finally:
        spark.stop()


if __name__ == "__main__":
    main()
