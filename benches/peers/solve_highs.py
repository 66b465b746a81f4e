"""HiGHS on the model one writes first: starts, lines, and who is before whom, held together by a large number.

A binary per lot and eligible line, one per pair of lots that can meet on a line, and two rows for each line they can
meet on. Pairs need not be neighbours: setups obey the triangle inequality in these instances, which is checked. What
this shows is the bound such a model gives, not the best HiGHS could do with another one.
"""

import math

import highspy

from peer import Peer


class Model:
    """The mixed-integer program of one shop; times in seconds, costs in reduced weight times seconds."""

    def __init__(self, peer):
        self.peer, self.highs = peer, highspy.Highs()
        for option, value in (("output_flag", False), ("threads", peer.options.threads), ("random_seed", peer.options.seed)):
            self.highs.setOptionValue(option, value)
        if not triangle(peer.setup):
            raise SystemExit("the setups break the triangle inequality, which this model rests on")
        self.horizon = peer.horizon()
        variable = self.highs.addVariable
        self.end = [variable(lb=peer.release[lot], ub=self.horizon) for lot in peer.lots]
        self.late = [variable(lb=0, ub=self.horizon, obj=peer.weight[lot]) for lot in peer.lots]
        self.runs = {(lot, line): self.highs.addBinary() for lot in peer.lots for line in peer.eligible(lot)}
        self.before = {}
        for lot in peer.lots:
            lines = peer.eligible(lot)
            self.highs.addConstr(sum(self.runs[lot, line] for line in lines) == 1)
            run_time = sum(peer.duration[lot][line] * self.runs[lot, line] for line in lines)
            self.highs.addConstr(self.end[lot] >= peer.release[lot] + run_time)
            self.highs.addConstr(self.late[lot] >= self.end[lot] - peer.due[lot])
        for lot in peer.lots:
            for other in range(lot + 1, len(peer.due)):
                self.add_pair(lot, other)

    def add_pair(self, lot, other):
        """One of two lots on a line is first."""
        lines = sorted(set(self.peer.eligible(lot)) & set(self.peer.eligible(other)))
        if not lines:
            return
        first = self.before[lot, other] = self.highs.addBinary()
        for line in lines:
            apart = 2 - self.runs[lot, line] - self.runs[other, line]
            self.add_order(lot, other, line, apart + 1 - first)
            self.add_order(other, lot, line, apart + first)

    def add_order(self, lot, after, line, unless):
        gap = self.peer.changeover(lot, after) + self.peer.duration[after][line]
        self.highs.addConstr(self.end[after] >= self.end[lot] + gap - (self.horizon + gap) * unless)

    def hint(self):
        """Starts from the common plan."""
        times, places = self.peer.start_times()
        values = {self.runs[key]: float(places[key[0]] == key[1]) for key in self.runs}
        values |= {self.before[pair]: float(times[pair[0]] < times[pair[1]]) for pair in self.before}
        for lot in self.peer.lots:
            end = times[lot] + self.peer.duration[lot][places[lot]]
            values |= {self.end[lot]: float(end), self.late[lot]: float(max(0, end - self.peer.due[lot]))}
        solution = highspy.HighsSolution()
        solution.col_value = [value for _, value in sorted((variable.index, value) for variable, value in values.items())]
        self.highs.setSolution(solution)

    def sequences(self):
        """Each line's lots by end."""
        values = self.highs.getSolution().col_value
        lines = [[] for _ in self.peer.lines]
        for (lot, line), variable in self.runs.items():
            if values[variable.index] > 0.5:
                lines[line].append((values[self.end[lot].index], lot))
        return [[lot for _, lot in sorted(line)] for line in lines]


def triangle(setup):
    families = range(len(setup))
    return all(setup[a][c] <= setup[a][b] + setup[b][c] for a in families for b in families for c in families)


def main():
    peer = Peer()
    model = Model(peer)
    if not peer.options.cold:
        model.hint()
    model.highs.setOptionValue("time_limit", peer.remaining())
    model.highs.run()
    info = model.highs.getInfo()
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        proved = model.highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        bound = math.floor(info.mip_dual_bound + 0.5) if math.isfinite(info.mip_dual_bound) else 0
        peer.write(model.sequences(), "optimal" if proved else "feasible", max(0, bound))


main()
