"""Compares lotwise with its peers on generated weighted-tardiness instances: same wall time, same cores, same checker.

    python compare.py --time-limit 60 --out out/table.csv

Every answer becomes a lotwise plan that `lotwise check` prices, so that costs compare to the last ten-thousandth. A run
is a row of the table; rows that are there already are not run again (`--redo SOLVER` runs them again). See README.md.
"""

import argparse
import csv
import hashlib
import importlib.util
import itertools
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import table
from shop import TEN_THOUSANDTHS, Shop

HERE = Path(__file__).resolve().parent
SIZES = "25x4,50x5,100x8,200x10,1000x10,5000x20"
SOLVERS = "lotwise,annealing,cpsat,pyjobshop,timefold"
# Each family's settings of `lotwise generate parallel`; docs/generate.md says why these.
FAMILIES = {"default": [], "tight": ["tardiness_percent=70"]}
PYTHON_PEERS = {"cpsat": "ortools", "highs": "highspy", "pyjobshop": "pyjobshop", "timefold": "timefold"}
# More grace: Timefold spends up to a minute on its virtual machine and on handing 5000 lots over and back.
MORE_GRACE = {"timefold": 60}
# These two are run with every solver seed, the others with the first.
SPREAD_OVER_SEEDS = ("lotwise", "annealing")


@dataclass(frozen=True)
class Cell:
    """One run: an instance and what is run on it."""

    family: str
    size: str
    seed: int
    solver: str
    solver_seed: int
    time_limit: float
    threads: int

    @property
    def instance(self):
        return f"{self.size}-{self.family}-s{self.seed}"

    @property
    def name(self):
        return f"{self.instance}-{self.solver}-{self.solver_seed}-{self.time_limit:g}s-{self.threads}t"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--time-limit", type=float, default=60, help="seconds each run may take [60]")
    parser.add_argument("--sizes", type=names, default=SIZES, help=f"orders x lines [{SIZES}]")
    parser.add_argument("--families", type=names, default="default,tight", help="of default, tight [both]")
    parser.add_argument("--seeds", type=names, default="1,2,3,4,5", help="generator seeds [1,2,3,4,5]")
    parser.add_argument("--solvers", type=names, default=SOLVERS, help=f"[{SOLVERS}]; also highs, cpsat-cold, ...")
    parser.add_argument("--solver-seeds", type=int, default=1, help="solver seeds of lotwise and annealing [1]")
    parser.add_argument("--threads", type=int, default=2, help="threads and cores of a run [2]")
    parser.add_argument("--jobs", type=int, default=1, help="runs side by side, each on cores of its own [1]")
    parser.add_argument("--memory", type=float, help="GiB a run may take [80 %% of what is free, shared by the jobs]")
    parser.add_argument("--grace", type=float, default=30, help="seconds past the limit until a run is killed [30]")
    parser.add_argument("--out", type=Path, default=HERE / "out/table.csv", help="the table [out/table.csv]")
    parser.add_argument("--redo", type=names, default=[], help="solvers to run again where the table has them")
    parser.add_argument("--report", action="store_true", help="only print the summary of the table")
    parser.add_argument("--epsilon", type=float, default=1.0, help="added to both costs of a ratio [1]")
    parser.add_argument("--lotwise", default=str(HERE / "../../target/release/lotwise"), help="the lotwise binary")
    parser.add_argument("--annealing", default=str(HERE / "target/release/annealing"), help="the baseline's binary")
    options = parser.parse_args()
    for name in ("sizes", "families", "seeds", "solvers"):
        value = getattr(options, name)
        setattr(options, name, value.split(",") if isinstance(value, str) else value)
    options.cores = sorted(os.sched_getaffinity(0))
    if options.jobs * options.threads > len(options.cores) and not options.report:
        parser.error(f"{options.jobs} jobs of {options.threads} threads need more than the {len(options.cores)} cores here")
    if unknown := set(options.families) - set(FAMILIES):
        parser.error(f"unknown families: {', '.join(sorted(unknown))}")
    if options.memory is None:
        options.memory = 0.8 * free_memory() / options.jobs
    return options


def free_memory():
    """GiB, from the kernel."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    (free,) = [int(line.split()[1]) for line in lines if line.startswith("MemAvailable")]
    return free / 2**20


def missing(solver, options):
    """Why a solver cannot run here, or None."""
    base = solver.removesuffix("-cold")
    if base in ("lotwise", "annealing"):
        binary = getattr(options, base)
        return None if shutil.which(binary) else f"{binary} is not there: build it, or name it with --{base}"
    if base not in PYTHON_PEERS:
        return "no such solver"
    if importlib.util.find_spec(PYTHON_PEERS[base]) is None:
        return f"the package {PYTHON_PEERS[base]} is not installed: pip install -r requirements.txt"
    if base == "timefold" and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return "no Java found: Timefold needs a JDK, 17 or later"
    return None


class Workshop:
    """Instances, answers and plans on disk, and how one run is made."""

    def __init__(self, options):
        self.options, self.folder = options, options.out.parent / "runs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.slots = queue.Queue()
        for job in range(options.jobs):
            self.slots.put(options.cores[job * options.threads : (job + 1) * options.threads])
        self.locks, self.shops, self.lock = {}, {}, threading.Lock()
        self.running, self.stopped = set(), False

    def path(self, name, kind):
        return self.folder / f"{name}.{kind}"

    def shop(self, cell):
        """The instance's shop and digest; generated and stated for the peers at its first use."""
        with self.lock:
            lock = self.locks.setdefault(cell.instance, threading.Lock())
        with lock:
            if cell.instance not in self.shops:
                file = self.path(cell.instance, "json")
                orders, lines = cell.size.split("x")
                command = [self.options.lotwise, "generate", "parallel", "--orders", orders, "--lines", lines]
                command += itertools.chain.from_iterable(("--set", setting) for setting in FAMILIES[cell.family])
                subprocess.run([*command, "--seed", str(cell.seed), "-o", file], check=True)
                shop = Shop.read(file)
                self.path(cell.instance, "shop").write_text(json.dumps(shop.neutral()))
                self.shops[cell.instance] = shop, hashlib.sha256(file.read_bytes()).hexdigest()[:12]
            return self.shops[cell.instance]

    def command(self, cell, output):
        options, instance = self.options, self.path(cell.instance, "json")
        common = ["--threads", str(cell.threads), "--seed", str(cell.solver_seed)]
        if cell.solver == "lotwise":
            limit = ["--time-limit", f"{cell.time_limit:g}s", "--method", "auto", "--quiet", "--progress", "none"]
            return [options.lotwise, "solve", instance, "-o", output, *limit, *common]
        limit, shop = ["--time-limit", f"{cell.time_limit:g}"], self.path(cell.instance, "shop")
        if cell.solver == "annealing":
            return [options.annealing, shop, output, *limit, *common]
        base = cell.solver.removesuffix("-cold")
        command = [sys.executable, HERE / f"solve_{base}.py", shop, output, *limit, *common]
        command += ["--cold"] if cell.solver.endswith("-cold") else []
        return command + (["--heap", str(int(options.memory * 1024 * 0.7))] if base == "timefold" else [])

    def run(self, cell):
        """Runs one cell on cores of its own and returns its row."""
        shop, digest = self.shop(cell)
        plan, log = self.path(cell.name, "plan"), self.path(cell.name, "log")
        output = plan if cell.solver == "lotwise" else self.path(cell.name, "answer")
        for file in (plan, output):
            file.unlink(missing_ok=True)
        cores = self.slots.get()
        try:
            seconds, note = self.execute(cell, output, log, cores)
        finally:
            self.slots.put(cores)
        row = cell.__dict__ | {"digest": digest, "status": "none", "cost": "", "bound": "", "seconds": f"{seconds:.1f}"}
        if output.exists():
            try:
                row |= self.judge(shop, cell, output, plan)
            except (ValueError, KeyError) as wrong:
                row["note"] = f"unreadable answer: {wrong}"
        row["note"] = "; ".join(filter(None, [note, row.get("note", "")]))
        return row

    def execute(self, cell, output, log, cores):
        """Wall seconds, and what went wrong. The process and all it started are gone afterwards."""
        # A Java machine reserves far more addresses than it uses; it is held by its heap's size instead.
        cap = [] if cell.solver.startswith("timefold") else ["prlimit", f"--as={int(self.options.memory * 2**30)}"]
        pin = ["taskset", "-c", ",".join(map(str, cores))]
        began = time.monotonic()
        with open(log, "wb") as errors:
            command = [*pin, *cap, *map(str, self.command(cell, output))]
            process = subprocess.Popen(command, stdout=errors, stderr=errors, start_new_session=True)
            self.running.add(process.pid)
            try:
                more = MORE_GRACE.get(cell.solver.removesuffix("-cold"), 0)
                process.wait(cell.time_limit + self.options.grace + more)
                note = "" if process.returncode == 0 else failure(process.returncode, log)
            except subprocess.TimeoutExpired:
                note = "killed past limit and grace"
            finally:
                kill(process.pid)
                self.running.discard(process.pid)
                process.wait()
        return time.monotonic() - began, note

    def stop(self):
        """Ends what runs; nothing new is begun."""
        self.stopped = True
        for group in list(self.running):
            kill(group)

    def judge(self, shop, cell, output, plan):
        """What a plan is worth, by `lotwise check` alone."""
        answer = json.loads(output.read_bytes())
        status, bound = answer["status"], answer["bound"]
        if cell.solver != "lotwise":
            plan.write_text(json.dumps(shop.plan(answer["sequences"], answer["status"])))
            # Weight (ten-thousandths a day) times seconds; the format rounds each order on its own, this does not.
            bound = None if bound is None else round(bound / 86_400 / TEN_THOUSANDTHS, 4)
        check = [self.options.lotwise, "check", self.path(cell.instance, "json"), plan, "--format", "json"]
        verdict = json.loads(subprocess.run(check, stdout=subprocess.PIPE).stdout)
        if not verdict.get("accepted"):
            return {"status": "none", "note": f"check: {json.dumps(verdict)[:300]}"}
        return {"status": status, "cost": verdict["cost"]["total"], "bound": "" if bound is None else bound}


def kill(group):
    """Ends a process that led a session of its own, and all it started."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def failure(code, log):
    """A word for why a run ended badly."""
    text = log.read_text(errors="replace")
    if code == -signal.SIGSEGV:
        return "crashed (segmentation fault), perhaps out of memory"
    if any(word in text for word in ("MemoryError", "bad_alloc", "OutOfMemory", "memory allocation", "Cannot allocate")):
        return "out of memory"
    last = text.strip().splitlines()[-1:] or [""]
    return f"exit {code}: {last[0][:200]}"


def wanted(options, solvers):
    for family, size, seed in itertools.product(options.families, options.sizes, options.seeds):
        for solver in solvers:
            seeds = options.solver_seeds if solver in SPREAD_OVER_SEEDS else 1
            for solver_seed in range(1, seeds + 1):
                yield Cell(family, size, int(seed), solver, solver_seed, options.time_limit, options.threads)


def measure(options, rows):
    solvers = []
    for solver in options.solvers:
        if reason := missing(solver, options):
            print(f"{solver}: not run, {reason}", file=sys.stderr)
        else:
            solvers.append(solver)
    cells = list(wanted(options, solvers))
    workshop, lock = Workshop(options), threading.Lock()
    began, finished = time.monotonic(), itertools.count(1)

    def work(cell):
        if workshop.stopped:
            return
        known = rows.get(table.key(cell.__dict__))
        if known and cell.solver not in options.redo and known["digest"] == workshop.shop(cell)[1]:
            next(finished)
            return
        row = {name: str(value) for name, value in workshop.run(cell).items()}
        if workshop.stopped:
            return
        with lock:
            rows[table.key(row)] = row
            with open(options.out, "a", newline="") as file:
                csv.DictWriter(file, table.COLUMNS).writerow(row)
            said = f"{row['status']:8} {row['cost'] or '-':>14} {row['seconds']:>6} s  {row['note']}"
            clock = time.strftime("%H:%M:%S", time.gmtime(time.monotonic() - began))
            print(f"{clock} {next(finished)}/{len(cells)}  {cell.name:44} {said}", file=sys.stderr, flush=True)

    # The runs are in sessions of their own and hear neither Ctrl-C nor a termination: they are ended here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            for done in [pool.submit(work, cell) for cell in cells]:
                done.result()
        except BaseException:
            workshop.stop()
            raise


def main():
    options = arguments()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = table.read(options.out)
    if not options.report:
        # Rows that were replaced go; a new table gets its head.
        table.write(options.out, rows)
        try:
            measure(options, rows)
        except KeyboardInterrupt:
            sys.exit(f"ended; the same command goes on from {options.out}")
        finally:
            table.write(options.out, rows)
    cells = {table.key(cell.__dict__) for cell in wanted(options, options.solvers)}
    print(table.summary([row for key, row in rows.items() if key in cells], options.epsilon))


if __name__ == "__main__":
    main()
