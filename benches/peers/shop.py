"""The problem as every peer gets it, and how a peer's sequences become a lotwise plan.

`Shop` is the part of a lotwise instance that `lotwise generate parallel` writes, in whole seconds from the start of the
plan. An instance with anything else in it (calendars, routes, splits, deadlines, ...) is refused rather than solved as
another problem.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import ceil

DAY = 86_400
TEN_THOUSANDTHS = 10_000


class NotAShop(ValueError):
    """The instance holds something the peers' models do not state."""


def only(what, found, allowed):
    extra = set(found) - set(allowed) - {"meta"}
    if extra:
        raise NotAShop(f"{what} has {', '.join(sorted(extra))}, which the peers' models do not state")


def seconds(text, start):
    return int((datetime.fromisoformat(text) - start).total_seconds())


def decimal(number):
    """The exact value of a JSON number, through its shortest text."""
    return Fraction(str(number))


@dataclass
class Shop:
    """Lots by index (one per order), lines by index, setup families by index."""

    instance: dict
    start: datetime
    release: list[int]
    due: list[int]
    weight: list[int]
    """Cost of a day late, in ten-thousandths."""
    family: list[int]
    duration: list[list[int]]
    """By lot and line; -1 where the line cannot run the lot."""
    setup: list[list[int]]
    """By family before and family after."""

    @classmethod
    def read(cls, path):
        with open(path) as file:
            instance = json.load(file)
        only("the instance", instance, {"format", "name", "start", "changeovers", "lines", "variants", "orders"})
        start = datetime.fromisoformat(instance["start"])
        families, setup = read_setup(instance)
        lines, variants = instance["lines"], {variant["id"]: variant for variant in instance["variants"]}
        for line in lines:
            only(f"line {line['id']}", line, {"id", "changeovers", "offers", "rates"})
            if line.get("changeovers") != instance["changeovers"][0]["id"]:
                raise NotAShop("the lines differ in their changeovers")
        shop = cls(instance, start, [], [], [], [], [], setup)
        for order in instance["orders"]:
            only(f"order {order['id']}", order, {"id", "release", "due", "late_cost_per_day", "items"})
            (item,) = order["items"]
            only(f"an item of order {order['id']}", item, {"id", "variant", "quantity"})
            variant = variants[item["variant"]]
            only(f"variant {variant['id']}", variant, {"id", "requires", "attributes"})
            shop.release.append(max(0, seconds(order["release"], start)))
            shop.due.append(seconds(order["due"], start))
            shop.weight.append(int(decimal(order["late_cost_per_day"]) * TEN_THOUSANDTHS))
            shop.family.append(families[variant["attributes"]["family"]])
            shop.duration.append([duration(line, variant, item["quantity"]) for line in lines])
        return shop

    def neutral(self):
        """What the peers read: plain numbers, and the plan all of them may start from."""
        names = ("release", "due", "weight", "family", "duration", "setup")
        return {name: getattr(self, name) for name in names} | {"start": self.earliest_due()}

    def earliest_due(self):
        """Lots by due date, each on the line that ends it first: the start given to every peer that takes one."""
        lines = range(len(self.duration[0]))
        free, last, sequences = [0 for _ in lines], [None for _ in lines], [[] for _ in lines]
        for lot in sorted(range(len(self.due)), key=lambda lot: (self.due[lot], lot)):
            ends = [(self.end(lot, line, free[line], last[line]), line) for line in lines if self.duration[lot][line] >= 0]
            free_at, line = min(ends)
            free[line], last[line] = free_at, lot
            sequences[line].append(lot)
        return sequences

    def changeover(self, before, lot):
        return 0 if before is None else self.setup[self.family[before]][self.family[lot]]

    def end(self, lot, line, free, before):
        """When a lot ends that follows `before` on a line that is free from `free` on."""
        return max(self.release[lot], free + self.changeover(before, lot)) + self.duration[lot][line]

    def plan(self, sequences, status):
        """The lotwise plan of each line's lots in order, every run as early as it can be."""
        if sorted(lot for lots in sequences for lot in lots) != list(range(len(self.due))):
            raise ValueError("the answer does not hold every lot exactly once")
        lots, orders = [None] * len(self.due), [None] * len(self.due)
        total = 0
        for line, sequence in enumerate(sequences):
            free, before = 0, None
            for lot in sequence:
                end = self.end(lot, line, free, before)
                cost = lateness_cost(self.weight[lot], end - self.due[lot])
                lots[lot] = self.lot_entry(lot, line, end, self.changeover(before, lot))
                orders[lot] = self.order_entry(lot, end, cost)
                total, free, before = total + cost, end, lot
        return written(self.instance, status, total, lots, orders)

    def lot_entry(self, lot, line, end, setup):
        order = self.instance["orders"][lot]
        (item,) = order["items"]
        start = end - self.duration[lot][line]
        times = {"setup_start": self.instant(start - setup)} if setup else {}
        times |= {"start": self.instant(start), "end": self.instant(end)}
        operation = {"line": self.instance["lines"][line]["id"]} | times
        entry = {"order": order["id"], "item": item.get("id", "0"), "lot": 0, "quantity": item["quantity"]}
        return entry | {"operations": [operation]}

    def order_entry(self, lot, end, cost):
        return order_entry(self.instance["orders"][lot], self.instant(end), end - self.due[lot], cost)

    def instant(self, offset):
        return instant(self.start, offset)


def instant(start, offset):
    """The text of so many seconds after the start."""
    return (start + timedelta(seconds=offset)).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(ten_thousandths):
    return ten_thousandths / TEN_THOUSANDTHS


def lateness_cost(weight, late):
    """Of so many seconds, in ten-thousandths like the weight of a day, rounded half up as the format says."""
    return (2 * weight * max(0, late) + DAY) // (2 * DAY)


def order_entry(order, delivery, late, cost):
    """An order of a plan; `late` in seconds, below 0 where it is early."""
    entry = {"id": order["id"], "status": "late" if late > 0 else "on_time", "delivery": delivery, "cost": money(cost)}
    return entry | ({"lateness": f"PT{late}S"} if late > 0 else {})


def written(instance, status, total, lots, orders):
    """A plan whose only cost is lateness."""
    terms = "production changeover overtime holding rejection short_run transport baseline makespan"
    cost = {"total": money(total), "lateness": money(total)} | dict.fromkeys(terms.split(), 0)
    plan = {"format": "lotwise-plan/1", "instance": instance["name"], "status": status, "cost": cost}
    plan |= {"bound": money(total), "gap": 0} if status == "optimal" else {"bound": None, "gap": None}
    return plan | {"lots": lots, "orders": orders}


def read_setup(instance):
    """Family names to indices, and the matrix between them."""
    try:
        (changeovers,) = instance["changeovers"]
        (rule,) = changeovers["rules"]
    except (KeyError, ValueError):
        raise NotAShop("the peers' models know one changeover matrix, by family") from None
    only("the changeovers", changeovers, {"id", "rules"})
    only("the changeover rule", rule, {"attribute", "values", "seconds"})
    if rule["attribute"] != "family":
        raise NotAShop("the changeover matrix is not by family")
    return {value: index for index, value in enumerate(rule["values"])}, rule["seconds"]


def duration(line, variant, quantity):
    """Seconds the line runs, or -1 if it cannot."""
    if not set(variant.get("requires", [])) <= set(line.get("offers", [])):
        return -1
    return run_time(line, variant, quantity)


def run_time(line, variant, quantity):
    """Seconds by the first rate that matches, or -1 where none does."""
    for rate in line["rates"]:
        only(f"a rate of line {line['id']}", rate, {"match", "seconds_per_unit"})
        if all(variant["attributes"].get(name) == value for name, value in rate.get("match", {}).items()):
            return max(1, ceil(quantity * decimal(rate["seconds_per_unit"])))
    return -1
