"""Raw CP-SAT: optional intervals per line, a circuit per line for the order, setups on its arcs.

One start per lot; a literal per lot and eligible line; per line a `no_overlap` over the optional intervals (implied by
the circuit, but it propagates better) and a circuit through the lots the line runs, in which an arc from i to j says
that j starts no earlier than i's end plus the setup. Every improved plan is written at once.
"""

from ortools.sat.python import cp_model

from peer import Peer


class Model:
    """The CP-SAT model of one shop."""

    def __init__(self, peer):
        self.peer, self.model = peer, cp_model.CpModel()
        horizon = peer.horizon()
        self.start = [self.model.new_int_var(peer.release[lot], horizon, f"start{lot}") for lot in peer.lots]
        self.runs = {(lot, line): self.model.new_bool_var("") for lot in peer.lots for line in peer.eligible(lot)}
        self.late = [self.model.new_int_var(0, horizon, f"late{lot}") for lot in peer.lots]
        for lot in peer.lots:
            lines = peer.eligible(lot)
            self.model.add_exactly_one(self.runs[lot, line] for line in lines)
            run_time = sum(peer.duration[lot][line] * self.runs[lot, line] for line in lines)
            self.model.add(self.late[lot] >= self.start[lot] + run_time - peer.due[lot])
        self.arcs = {line: self.add_line(line) for line in peer.lines}
        self.model.minimize(sum(peer.weight[lot] * self.late[lot] for lot in peer.lots))

    def add_line(self, line):
        """Intervals and circuit of one line; returns its arcs by (lot or None, lot or None)."""
        peer, model = self.peer, self.model
        lots = peer.able(line)
        model.add_no_overlap(
            model.new_optional_fixed_size_interval_var(
                self.start[lot], peer.duration[lot][line], self.runs[lot, line], ""
            )
            for lot in lots
        )
        # Node 0 stands before the first and after the last lot; its loop says that the line runs nothing.
        arcs = {(None, None): model.new_bool_var("")}
        circuit = [(0, 0, arcs[None, None])]
        for i, lot in enumerate(lots, 1):
            arcs[None, lot], arcs[lot, None] = model.new_bool_var(""), model.new_bool_var("")
            circuit += [(0, i, arcs[None, lot]), (i, 0, arcs[lot, None]), (i, i, ~self.runs[lot, line])]
            for j, after in enumerate(lots, 1):
                if i == j:
                    continue
                arc = arcs[lot, after] = model.new_bool_var("")
                circuit.append((i, j, arc))
                gap = peer.duration[lot][line] + peer.changeover(lot, after)
                model.add(self.start[after] >= self.start[lot] + gap).only_enforce_if(arc)
        model.add_circuit(circuit)
        return arcs

    def hint(self):
        """Hints every variable with the common start."""
        peer, model = self.peer, self.model
        times, places = peer.start_times()
        for lot in peer.lots:
            model.add_hint(self.start[lot], times[lot])
            end = times[lot] + peer.duration[lot][places[lot]]
            model.add_hint(self.late[lot], max(0, end - peer.due[lot]))
        for (lot, line), literal in self.runs.items():
            model.add_hint(literal, places[lot] == line)
        for line, arcs in self.arcs.items():
            lots = peer.start[line]
            taken = set(zip([None, *lots], [*lots, None]))
            for ends, literal in arcs.items():
                model.add_hint(literal, ends in taken)

    def sequences(self, value, true):
        """Each line's lots by start, read through `value` and `true`."""
        begin = [value(start) for start in self.start]
        lots = [[lot for lot in self.peer.able(line) if true(self.runs[lot, line])] for line in self.peer.lines]
        return [sorted(line, key=lambda lot: begin[lot]) for line in lots]


class Incumbents(cp_model.CpSolverSolutionCallback):
    """Writes each improved plan, so that a run that is ended from outside has one."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def on_solution_callback(self):
        self.model.peer.write(self.model.sequences(self.value, self.boolean_value))


def main():
    peer = Peer()
    model = Model(peer)
    if not peer.options.cold:
        model.hint()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = peer.workers()
    solver.parameters.random_seed = peer.options.seed
    solver.parameters.max_time_in_seconds = peer.remaining()
    status = solver.solve(model.model, Incumbents(model))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        proved = "optimal" if status == cp_model.OPTIMAL else "feasible"
        # A bound on an integer objective: rounding to the nearest removes only the float's own error.
        peer.write(model.sequences(solver.value, solver.boolean_value), proved, round(solver.best_objective_bound))


main()
