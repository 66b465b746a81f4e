"""lotwise and PyJobShop on the part of a garment plant that PyJobShop can state: same instance, wall time, cores, checker.

    python garment.py --orders 20,60,400 --seeds 1,2,3 --time-limit 60 --threads 2

`lotwise generate garment` makes the plant. Kept are what both models state: orders of several items delivered together,
weighted tardiness, releases, three stages with a join and lags, speeds by line and style, skills, changeovers by attributes. Taken
out: calendars (so the load is raised by `--load`), materials, sites, holding, rejection, splits, yields, minimum runs, money
of machines. PyJobShop gets one job per order, a task per operation and item, a mode per able line, and the plan of
`lotwise solve --method dispatch` to start from. Its answer becomes a lotwise plan that `lotwise check` prices. A row each.
"""

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from pyjobshop import Model
from pyjobshop.Solution import ScheduledTask, Solution
from pyjobshop.solvers.ortools import CPModel

from shop import DAY, TEN_THOUSANDTHS, decimal, instant, lateness_cost, order_entry, run_time, seconds, written

HERE = Path(__file__).resolve().parent
KEPT = {
    "lines": {"id", "stage", "changeovers", "offers", "rates"},
    "variants": {"id", "route", "requires", "attributes"},
    "orders": {"id", "release", "due", "late_cost_per_day", "items"},
}


def simplified(instance):
    """What both models state."""
    kept = {name: instance[name] for name in ("format", "name", "start", "changeovers", "routes", *KEPT)}
    for room, names in KEPT.items():
        kept[room] = [{name: entry[name] for name in names if name in entry} for entry in instance[room]]
    for table in kept["changeovers"]:
        table["rules"] = [{name: rule[name] for name in ("attribute", "time")} for rule in table["rules"]]
    for line in kept["lines"]:
        line["rates"] = [{name: rate[name] for name in ("match", "seconds_per_unit") if name in rate} for rate in line["rates"]]
    for order in kept["orders"]:
        order["items"] = [{name: item[name] for name in ("variant", "quantity")} for item in order["items"]]
    return kept


def span(text):
    """Seconds of an ISO duration such as P1DT2H3M4S."""
    days, hours, minutes, rest = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text).groups(0)
    return int(days) * DAY + int(hours) * 3_600 + int(minutes) * 60 + int(rest)


class Plant:
    """Tasks by (order, item, operation), all times in whole seconds from the start of the plan."""

    def __init__(self, instance):
        self.instance = instance
        self.start = datetime.fromisoformat(instance["start"])
        self.lines = instance["lines"]
        # By table: how its rules combine, and the seconds of each attribute; asked of millions of pairs.
        self.tables = {
            table["id"]: (
                max if table.get("combine") == "max" else sum,
                [(rule["attribute"], span(rule["time"])) for rule in table["rules"]],
            )
            for table in instance["changeovers"]
        }
        routes = {route["id"]: route["operations"] for route in instance["routes"]}
        variants = {variant["id"]: variant for variant in instance["variants"]}
        self.tasks, self.index, self.operations, self.variant, self.modes = [], {}, [], [], []
        for number, order in enumerate(instance["orders"]):
            for item_number, item in enumerate(order["items"]):
                variant = variants[item["variant"]]
                for operation in routes[variant["route"]]:
                    self.index[number, item_number, operation["id"]] = len(self.tasks)
                    self.tasks.append((number, item_number, operation["id"]))
                    self.operations.append(operation)
                    self.variant.append(variant)
                    self.modes.append(self.durations(operation, variant, item["quantity"]))

    def durations(self, operation, variant, quantity):
        """Seconds by line that can do it."""
        needs, found = set(variant.get("requires", {}).get(operation["stage"], [])), {}
        for index, line in enumerate(self.lines):
            if line["stage"] != operation["stage"] or not needs <= set(line.get("offers", [])):
                continue
            if (time_there := run_time(line, variant, quantity)) >= 0:
                found[index] = time_there
        return found

    def changeover(self, line, before, after):
        """Seconds on a line between two tasks."""
        table = self.tables.get(self.lines[line].get("changeovers"))
        if table is None:
            return 0
        combined, rules = table
        first, second = self.variant[before]["attributes"], self.variant[after]["attributes"]
        return combined([time for attribute, time in rules if first.get(attribute) != second.get(attribute)] or [0])

    def offset(self, instant):
        return seconds(instant, self.start)

    def instant(self, offset):
        return instant(self.start, offset)

    def plan(self, placed):
        """The lotwise plan of (line, start, end) by task."""
        setups = [0] * len(self.tasks)
        by_line = defaultdict(list)
        for task, (line, start, _) in enumerate(placed):
            by_line[line].append((start, task))
        for line, tasks in by_line.items():
            tasks.sort()
            for (_, before), (_, task) in zip(tasks, tasks[1:]):
                setups[task] = self.changeover(line, before, task)
        done, deliveries = defaultdict(list), [0] * len(self.instance["orders"])
        for task, (number, item_number, operation) in enumerate(self.tasks):
            line, start, end = placed[task]
            times = {"setup_start": self.instant(start - setups[task])} if setups[task] else {}
            times |= {"start": self.instant(start), "end": self.instant(end)}
            done[number, item_number].append({"operation": operation, "line": self.lines[line]["id"]} | times)
            deliveries[number] = max(deliveries[number], end)
        lots, orders, total = [], [], 0
        for number, order in enumerate(self.instance["orders"]):
            for item_number, item in enumerate(order["items"]):
                entry = {"order": order["id"], "item": str(item_number), "lot": 0, "quantity": item["quantity"]}
                lots.append(entry | {"operations": done[number, item_number]})
            late = deliveries[number] - self.offset(order["due"])
            cost = lateness_cost(int(decimal(order.get("late_cost_per_day", 0)) * TEN_THOUSANDTHS), late)
            total += cost
            orders.append(order_entry(order, self.instant(deliveries[number]), late, cost))
        return written(self.instance, "feasible", total, lots, orders)

    def placed(self, plan):
        """(line, start, end) by task of a lotwise plan."""
        lines = {line["id"]: index for index, line in enumerate(self.lines)}
        orders = {order["id"]: index for index, order in enumerate(self.instance["orders"])}
        found = [None] * len(self.tasks)
        for lot in plan["lots"]:
            for run in lot["operations"]:
                task = self.index[orders[lot["order"]], int(lot["item"]), run["operation"]]
                found[task] = (lines[run["line"]], self.offset(run["start"]), self.offset(run["end"]))
        return found


def pyjobshop(plant, start, options):
    """(line, start, end) by task, or none, also where the model is not built in time; and the bound in money."""
    began = time.monotonic()
    model = Model()
    machines = [model.add_machine() for _ in plant.lines]
    jobs = [
        model.add_job(weight=int(decimal(order.get("late_cost_per_day", 0))), due_date=plant.offset(order["due"]))
        for order in plant.instance["orders"]
    ]
    tasks, modes, able = [], [], defaultdict(list)
    for task, (number, item, _) in enumerate(plant.tasks):
        release = max(0, plant.offset(plant.instance["orders"][number].get("release", plant.instance["start"])))
        tasks.append(model.add_task(jobs[number], earliest_start=release))
        for line, duration in plant.modes[task].items():
            model.add_mode(tasks[task], machines[line], duration)
            modes.append((task, line))
            able[line].append(task)
        for before in plant.operations[task].get("after", []):
            lag = span(plant.operations[task].get("lag", "PT0S"))
            model.add_end_before_start(tasks[plant.index[number, item, before]], tasks[task], lag)
    for line, members in able.items():
        for before in members:
            # Hundreds of orders make millions of pairs: no time would be left to solve what is built of them.
            if time.monotonic() - began > options.time_limit:
                return None, None
            for after in members:
                if before != after and (setup := plant.changeover(line, before, after)):
                    model.add_setup_time(machines[line], tasks[before], tasks[after], setup)
    model.set_objective(weight_total_tardiness=1)
    data = model.data()
    numbers = {pair: index for index, pair in enumerate(modes)}
    hint = Solution(data, [ScheduledTask(numbers[task, line], [line], *times) for task, (line, *times) in enumerate(start)])
    solver = CPModel(data)
    remaining = options.time_limit - (time.monotonic() - began)
    if remaining <= 0:
        return None, None
    # Alone, CP-SAT's one worker leaves out all large neighbourhood search.
    result = solver.solve(remaining, False, max(2, options.threads), hint, random_seed=options.seed)
    if not result.best.tasks:
        return None, None
    return [(task.resources[0], task.start, task.end) for task in result.best.tasks], result.lower_bound / DAY


def run(command):
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def compare(orders, seed, options, folder):
    """One row: dispatch, lotwise, PyJobShop."""
    file, answer = folder / "instance.json", folder / "plan.json"
    load = f"load_percent={options.load}"
    run([options.lotwise, "generate", "garment", "--orders", orders, "--seed", seed, "--set", load, "-o", file])
    file.write_text(json.dumps(simplified(json.loads(file.read_text()))))
    figures = {}
    for name, arguments in {"dispatch": ["--method", "dispatch"], "lotwise": []}.items():
        limits = ["--time-limit", f"{options.time_limit:g}s", "--threads", options.threads, "--seed", options.seed]
        run([options.lotwise, "solve", file, "-o", answer, "-q", *limits, *arguments])
        figures[name] = json.loads(answer.read_text())
    plant = Plant(json.loads(file.read_text()))
    placed, bound = pyjobshop(plant, plant.placed(figures["dispatch"]), options)
    if placed is not None:
        figures["pyjobshop"] = plant.plan(placed)
        answer.write_text(json.dumps(figures["pyjobshop"]))
        run([options.lotwise, "check", file, answer])
    row = [f"{orders}x{len(plant.lines)}", seed, len(plant.tasks)]
    for name in ("dispatch", "lotwise", "pyjobshop"):
        plan = figures.get(name)
        on_time = plan and sum(order["status"] == "on_time" for order in plan["orders"]) / len(plan["orders"])
        row += [plan["cost"]["total"], f"{on_time:.3f}"] if plan else ["no plan", ""]
    return [*row, "" if bound is None else f"{bound:.4f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    numbers = lambda text: [int(word) for word in text.split(",")]  # noqa: E731
    parser.add_argument("--orders", type=numbers, default="20,60,400")
    parser.add_argument("--seeds", type=numbers, default="1,2,3", help="generator seeds")
    parser.add_argument("--load", type=int, default=140, help="load_percent, of two shifts six days a week: 140 is 80 %% of an open week [140]")
    parser.add_argument("--time-limit", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lotwise", default=str(HERE / "../../target/release/lotwise"))
    options = parser.parse_args()
    print("plant,seed,tasks,dispatch,on_time,lotwise,on_time,pyjobshop,on_time,pyjobshop_bound", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for orders in options.orders:
            for seed in options.seeds:
                print(*compare(orders, seed, options, Path(folder)), sep=",", flush=True)


main()
