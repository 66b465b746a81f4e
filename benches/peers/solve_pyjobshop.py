"""PyJobShop on CP-SAT: a job with one task per lot, a mode per eligible line, setup times between tasks."""

from pyjobshop import Model
from pyjobshop.Solution import ScheduledTask, Solution
from pyjobshop.solvers.ortools import CPModel

from peer import Peer


def build(peer):
    """The model, its machines' indices being the lines', its tasks' the lots'."""
    model = Model()
    machines = [model.add_machine() for _ in peer.lines]
    tasks, modes = [], []
    for lot in peer.lots:
        job = model.add_job(weight=peer.weight[lot], release_date=peer.release[lot], due_date=peer.due[lot])
        tasks.append(model.add_task(job, earliest_start=peer.release[lot]))
        for line in peer.eligible(lot):
            model.add_mode(tasks[lot], machines[line], peer.duration[lot][line])
            modes.append((lot, line))
    for line in peer.lines:
        lots = peer.able(line)
        for before in lots:
            for lot in lots:
                if before != lot and (setup := peer.changeover(before, lot)):
                    model.add_setup_time(machines[line], tasks[before], tasks[lot], setup)
    model.set_objective(weight_total_tardiness=1)
    return model.data(), modes


def common_start(peer, data, modes):
    times, places = peer.start_times()
    scheduled = {}
    for index, (lot, line) in enumerate(modes):
        if places[lot] == line:
            end = times[lot] + peer.duration[lot][line]
            scheduled[lot] = ScheduledTask(index, [line], times[lot], end)
    return Solution(data, [scheduled[lot] for lot in peer.lots])


def main():
    peer = Peer()
    data, modes = build(peer)
    start = None if peer.options.cold else common_start(peer, data, modes)
    # What `pyjobshop.solve` does, in two steps: the time its model takes to build counts as time.
    model = CPModel(data)
    options = {"random_seed": peer.options.seed}
    result = model.solve(peer.remaining(), False, peer.workers(), start, **options)
    if not result.best.tasks:
        return
    sequences = [[] for _ in peer.lines]
    for lot in sorted(peer.lots, key=lambda lot: result.best.tasks[lot].start):
        (line,) = result.best.tasks[lot].resources
        sequences[line].append(lot)
    status = "optimal" if result.status.value.lower() == "optimal" else "feasible"
    peer.write(sequences, status, round(result.lower_bound))


main()
