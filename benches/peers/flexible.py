"""lotwise and PyJobShop on flexible job shops, makespan: same files, same wall time, same cores, one after the other.

    python flexible.py DIR/brandimarte/mk06.txt ... --time-limit 60 --threads 2

PyJobShop gets one job per job, one task per operation with a mode per machine, `end before start` along a job. Its clock starts
before its model is built. lotwise plans the file as `lotwise import fjsp` reads it; its cost is the makespan. A row of
CSV each: file, makespans, and the bound PyJobShop proved.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

from pyjobshop import Model
from pyjobshop.solvers.ortools import CPModel

HERE = Path(__file__).resolve().parent


def read(path):
    """Jobs as lists of operations, each a list of (machine, time)."""
    numbers = iter([int(word) for word in path.read_text().split("\n", 1)[1].split()])
    jobs = []
    for count in numbers:
        jobs.append([[(next(numbers), next(numbers)) for _ in range(next(numbers))] for _ in range(count)])
    return jobs


def pyjobshop(jobs, options):
    """Makespan and bound; none without a plan."""
    began = time.monotonic()
    model = Model()
    machines = [model.add_machine() for _ in range(1 + max(m for job in jobs for modes in job for m, _ in modes))]
    for operations in jobs:
        job, before = model.add_job(), None
        for modes in operations:
            task = model.add_task(job)
            for machine, duration in modes:
                model.add_mode(task, machines[machine], duration)
            if before is not None:
                model.add_end_before_start(before, task)
            before = task
    model.set_objective(weight_makespan=1)
    # Alone, CP-SAT's one worker leaves out all large neighbourhood search.
    workers = max(2, options.threads)
    solver = CPModel(model.data())
    remaining = max(0.5, options.time_limit - (time.monotonic() - began))
    result = solver.solve(remaining, False, workers, None, random_seed=options.seed)
    return (result.objective if result.best.tasks else None), result.lower_bound


def lotwise(path, options):
    """The makespan of its plan, which has passed its check."""
    with tempfile.TemporaryDirectory() as folder:
        instance, plan = Path(folder, "instance.json"), Path(folder, "plan.json")
        subprocess.run([options.lotwise, "import", "fjsp", path, "-o", instance], check=True, capture_output=True)
        limits = ["--time-limit", f"{options.time_limit:g}s", "--threads", str(options.threads), "--seed", str(options.seed)]
        subprocess.run([options.lotwise, "solve", instance, "-o", plan, "-q", *limits], check=True)
        return json.loads(plan.read_text())["cost"]["total"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--time-limit", type=float, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lotwise", default=str(HERE / "../../target/release/lotwise"))
    options = parser.parse_args()
    print("file,lotwise,pyjobshop,pyjobshop_bound", flush=True)
    for path in options.files:
        ours = lotwise(path, options)
        theirs, bound = pyjobshop(read(path), options)
        print(f"{path.name},{ours},{theirs},{bound}", flush=True)


main()
