"""The table of runs as a file, and its summary: what each peer's plans cost against ours."""

import csv
import math
import os
from collections import defaultdict

KEY = ("family", "size", "seed", "solver", "solver_seed", "time_limit", "threads")
COLUMNS = (*KEY, "digest", "status", "cost", "bound", "seconds", "note")


def key(row):
    """What makes a run the same run; numbers compare as numbers."""
    return tuple(str(row[name]) if name in KEY[:2] or name == "solver" else float(row[name]) for name in KEY)


def read(path):
    """Rows by key; of two with one key, the later one counts."""
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        return {key(row): row for row in csv.DictReader(file)}


def write(path, rows):
    part = path.with_suffix(".part")
    with open(part, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows.values())
    os.replace(part, path)


def geometric(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def order_of(size):
    return [int(part) for part in size.split("x")]


class Group:
    """All runs of one family and size."""

    def __init__(self, rows, epsilon):
        self.epsilon = epsilon
        self.costs, self.status, self.gaps = defaultdict(dict), {}, defaultdict(list)
        for row in rows:
            run = (row["solver"], int(float(row["seed"])), int(float(row["solver_seed"])))
            self.status[run] = row["status"]
            if row["cost"] != "":
                cost = self.costs[row["solver"]][run[1:]] = float(row["cost"])
                # Where the cost is 0 there is nothing to prove. A peer's bound may be a rounding above its plan.
                if cost > 0 and row["bound"] != "":
                    self.gaps[row["solver"]].append(max(0.0, cost - float(row["bound"])) / cost)
        self.solvers = list(dict.fromkeys(row["solver"] for row in rows))
        self.ours = self.costs["lotwise"]

    def line(self, solver):
        """One line of the summary: a list of cells."""
        costs = self.costs[solver]
        runs = [run for run in self.status if run[0] == solver]
        optimal = sum(self.status[run] == "optimal" for run in runs)
        nones = sum(run[1:] not in costs for run in runs)
        mean = f"{sum(costs.values()) / len(costs):,.2f}" if costs else "-"
        gaps = self.gaps[solver]
        gap = f"{100 * sum(gaps) / len(gaps):.2f} %" if gaps else "-"
        cells = [solver, str(len(runs)), str(nones), str(optimal), gap, mean]
        pairs = [(costs[run], self.ours[run]) for run in costs if run in self.ours]
        if not pairs or solver == "lotwise":
            return [*cells, "-", "-", self.spread(costs)]
        ratio = geometric([(cost + self.epsilon) / (our + self.epsilon) for cost, our in pairs])
        wins, losses = sum(our < cost for cost, our in pairs), sum(our > cost for cost, our in pairs)
        # Where a peer has no plan and we have one, that is a win, though it has no ratio.
        wins += sum(run[1:] not in costs and run[1:] in self.ours for run in runs)
        ties = len(pairs) - sum(our != cost for cost, our in pairs)
        return [*cells, f"{ratio:,.3f}", f"{wins}/{ties}/{losses}", self.spread(costs)]

    def spread(self, costs):
        """Mean over the instances of the worst over the best solver seed, as a percentage."""
        by_instance = defaultdict(list)
        for (seed, _), cost in costs.items():
            by_instance[seed].append(cost + self.epsilon)
        several = [max(found) / min(found) for found in by_instance.values() if len(found) > 1]
        if not several:
            return "-"
        return f"{100 * (sum(several) / len(several) - 1):.2f} % (at most {100 * (max(several) - 1):.2f} %)"

    def contradictions(self):
        """Plans below what another solver proved to be the least: one of the two is wrong."""
        for solver, seed, solver_seed in (run for run, status in self.status.items() if status == "optimal"):
            proved = self.costs[solver][seed, solver_seed]
            for other, costs in self.costs.items():
                for (instance, _), cost in costs.items():
                    # The peers do not round each order's cost to the ten-thousandth; the format does.
                    if instance == seed and cost < proved - 0.01:
                        yield f"instance seed {seed}: {other} has {cost}, below the optimum {proved} that {solver} claims"


HEAD = ["solver", "runs", "none", "proved", "mean gap", "mean cost", "ratio", "won/tied/lost", "spread over solver seeds"]


def summary(rows, epsilon):
    """Text: per family and size a line for each solver."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["family"], row["size"], float(row["time_limit"]), float(row["threads"])].append(row)
    text, warnings = [], []
    for name in sorted(groups, key=lambda name: (name[0], order_of(name[1]), name[2:])):
        family, size, limit, threads = name
        group = Group(groups[name], epsilon)
        text += ["", f"{size}, {family}: {limit:g} s on {threads:g} cores"]
        lines = [HEAD, *(group.line(solver) for solver in group.solvers)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
        for line in lines:
            cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                     for column, (cell, width) in enumerate(zip(line, widths))]
            text.append("  " + "  ".join(cells))
        warnings += [f"CONTRADICTION in {size}, {family}: {warning}" for warning in group.contradictions()]
    text += ["", f"ratio: geometric mean of (peer + {epsilon:g}) / (ours + {epsilon:g}) over the runs in which both have a plan,",
             "each against ours of the same solver seed; two costs of 0 count as 1. Above 1 the peer is dearer.",
             "mean gap: (cost - bound) / cost of the runs with a bound and a cost above 0.",
             "won/tied/lost: ours against the peer's, exactly; where only we have a plan, won. proved: optimal by that run.",
             "Costs are weighted hours late, as `lotwise check` prices them."]
    return "\n".join([*text, *warnings]).lstrip("\n")
