"""Timefold: a planning list of lots per line, ends by a cascading shadow variable, default local search.

The community edition searches on one thread (more are a paid feature). A line that cannot run a lot is a hard
constraint, since value ranges by entity do not exist for list variables in this version; the search starts from the
common start, which breaks none, and so needs no construction phase (it finds nothing unassigned and passes).
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Optional

from peer import Peer
from timefold.solver import init

# The virtual machine starts with the imports below, before the peer reads its arguments.
HEAP = sys.argv[sys.argv.index("--heap") + 1] if "--heap" in sys.argv else "4096"
init(f"-Xmx{HEAP}m", "-XX:+UseParallelGC")

from timefold.solver import SolverFactory  # noqa: E402
from timefold.solver.config import (  # noqa: E402
    Duration,
    EnvironmentMode,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    TerminationConfig,
)
from timefold.solver.domain import (  # noqa: E402
    CascadingUpdateShadowVariable,
    InverseRelationShadowVariable,
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningListVariable,
    PlanningScore,
    PreviousElementShadowVariable,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import HardSoftScore, constraint_provider  # noqa: E402


@planning_entity
@dataclass
class Lot:
    """A lot; `durations` by line, -1 where it cannot run; `setups` by family of the lot before."""

    id: Annotated[int, PlanningId]
    release: int
    due: int
    weight: int
    family: int
    durations: list[int]
    setups: list[int]
    line: Annotated[Optional["Line"], InverseRelationShadowVariable(source_variable_name="lots")] = field(default=None)
    previous: Annotated[Optional["Lot"], PreviousElementShadowVariable(source_variable_name="lots")] = field(default=None)
    end: Annotated[Optional[int], CascadingUpdateShadowVariable(target_method_name="update_end")] = field(default=None)

    def update_end(self):
        if self.line is None:
            self.end = None
            return
        ready = 0
        if self.previous is not None:
            ready = self.previous.end + self.setups[self.previous.family]
        if ready < self.release:
            ready = self.release
        duration = self.durations[self.line.id]
        if duration < 0:
            duration = 0
        self.end = ready + duration


@planning_entity
@dataclass
class Line:
    """A line and the lots it runs, in order."""

    id: Annotated[int, PlanningId]
    lots: Annotated[list[Lot], PlanningListVariable] = field(default_factory=list)


@planning_solution
@dataclass
class Plan:
    """All lines and lots."""

    lines: Annotated[list[Line], PlanningEntityCollectionProperty]
    lots: Annotated[list[Lot], PlanningEntityCollectionProperty, ValueRangeProvider]
    score: Annotated[Optional[HardSoftScore], PlanningScore] = field(default=None)


@constraint_provider
def constraints(factory):
    return [
        factory.for_each(Lot)
        .filter(lambda lot: lot.line is not None and lot.durations[lot.line.id] < 0)
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("the line can run the lot"),
        factory.for_each(Lot)
        .filter(lambda lot: lot.end is not None and lot.end > lot.due)
        .penalize(HardSoftScore.ONE_SOFT, lambda lot: lot.weight * (lot.end - lot.due))
        .as_constraint("weighted tardiness"),
    ]


def build(peer):
    families = range(len(peer.setup))
    setups = [[peer.setup[before][family] for before in families] for family in families]
    # Equal rows become one list: each object that crosses into the virtual machine and back costs time.
    rows = {tuple(row): row for row in peer.duration}
    lots = [
        Lot(lot, peer.release[lot], peer.due[lot], peer.weight[lot], family, rows[tuple(row)], setups[family])
        for lot, family, row in zip(peer.lots, peer.family, peer.duration)
    ]
    lines = [Line(line) for line in peer.lines]
    if not peer.options.cold:
        # The shadow variables are set here too: having them derived costs 15 seconds at 1000 lots.
        for line in lines:
            line.lots = [lots[lot] for lot in peer.start[line.id]]
            for previous, lot in zip([None, *line.lots], line.lots):
                lot.line, lot.previous = line, previous
                lot.update_end()
    return Plan(lines, sorted(lots, key=lambda lot: lot.due))


def main():
    peer = Peer()
    config = SolverConfig(
        solution_class=Plan,
        entity_class_list=[Line, Lot],
        environment_mode=EnvironmentMode.NO_ASSERT,
        random_seed=peer.options.seed,
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=constraints),
        termination_config=TerminationConfig(best_score_limit="0hard/0soft"),
    )
    # Translating this file's classes to Java is start-up, not search: the clock starts after it.
    SolverFactory.create(config).build_solver()
    peer.begin()
    plan = build(peer)
    config.termination_config.spent_limit = Duration(milliseconds=int(1000 * peer.remaining()))
    best = SolverFactory.create(config).build_solver().solve(plan)
    if best.score is not None and best.score.hard_score == 0:
        peer.write([[lot.id for lot in line.lots] for line in sorted(best.lines, key=lambda line: line.id)])


# The plan comes back from the virtual machine lot by lot, each within the call of the one behind it on its line: 5000 lots on 20
# lines are more calls within calls than Python allows a main thread.
sys.setrecursionlimit(1_000_000)
threading.stack_size(1 << 29)
with ThreadPoolExecutor(1) as thread:
    thread.submit(main).result()
