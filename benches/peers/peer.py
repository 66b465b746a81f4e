"""What the Python peers share: their arguments, their clock, the problem they read and the answer they write."""

import argparse
import json
import os
import time
from functools import reduce
from math import gcd


class Peer:
    """One run of one peer. The clock starts here, after the imports: a peer does not pay for its interpreter."""

    def __init__(self):
        self.begin()
        parser = argparse.ArgumentParser()
        parser.add_argument("shop")
        parser.add_argument("answer")
        parser.add_argument("--time-limit", type=float, required=True)
        parser.add_argument("--threads", type=int, required=True)
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--cold", action="store_true", help="leave the common start unused")
        parser.add_argument("--heap", type=int, help="MiB for a virtual machine that wants to be told")
        self.options = parser.parse_args()
        with open(self.options.shop) as file:
            problem = json.load(file)
        self.release, self.due, self.family = problem["release"], problem["due"], problem["family"]
        self.duration, self.setup, self.start = problem["duration"], problem["setup"], problem["start"]
        # Small coefficients suit the solvers; a bound is scaled back by `weight_unit`.
        self.weight_unit = reduce(gcd, problem["weight"]) or 1
        self.weight = [weight // self.weight_unit for weight in problem["weight"]]
        self.lots, self.lines = range(len(self.due)), range(len(self.duration[0]))

    def begin(self):
        """Starts the clock, again where a peer has more to start than its interpreter."""
        self.began = time.monotonic()

    def eligible(self, lot):
        return [line for line in self.lines if self.duration[lot][line] >= 0]

    def able(self, line):
        return [lot for lot in self.lots if self.duration[lot][line] >= 0]

    def changeover(self, before, lot):
        return self.setup[self.family[before]][self.family[lot]]

    def start_times(self):
        """By lot, when and where it runs in the common start."""
        times, places = {}, {}
        for line, lots in enumerate(self.start):
            free, before = 0, None
            for lot in lots:
                setup = 0 if before is None else self.changeover(before, lot)
                times[lot], places[lot] = max(self.release[lot], free + setup), line
                free, before = times[lot] + self.duration[lot][line], lot
        return times, places

    def horizon(self):
        """No left-shifted plan ends later: all lots on their slowest lines, one after the other."""
        setups = sum(max(row[self.family[lot]] for row in self.setup) for lot in self.lots)
        return max(self.release) + sum(max(durations) for durations in self.duration) + setups

    def workers(self):
        """CP-SAT's workers. Alone, its one worker leaves out all large neighbourhood search and hardly moves."""
        return max(2, self.options.threads)

    def remaining(self):
        """Seconds left for the solver after what building its model took."""
        return max(0.5, self.options.time_limit - (time.monotonic() - self.began))

    def write(self, sequences, status="feasible", bound=None):
        """Whole or not at all, so that a killed peer leaves its last plan. `bound` is in reduced weight times seconds."""
        scaled = None if bound is None else int(bound) * self.weight_unit
        with open(self.options.answer + ".part", "w") as file:
            json.dump({"status": status, "bound": scaled, "sequences": sequences}, file)
        os.replace(self.options.answer + ".part", self.options.answer)
