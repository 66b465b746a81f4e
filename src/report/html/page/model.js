// The plan, read once: positions become objects the rest can ask, times become words.
const plan = JSON.parse(document.getElementById("plan").textContent);
const element = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const amount = new Intl.NumberFormat("en", { minimumFractionDigits: 0, maximumFractionDigits: 2 });
const money = (value) => (plan.currency ? plan.currency + " " : "") + amount.format(value);

const [LINE, LOT, OPERATION, SETUP_FROM, SETUP_TO, START, END, PIECES] = [0, 1, 2, 3, 4, 5, 6, 7];
const runs = plan.runs;
// Runs of each line stand together, by start.
const runsOfLine = plan.lines.map(() => [0, 0]);
runs.forEach((run, index) => {
  const range = runsOfLine[run[LINE]];
  if (range[1] === 0) range[0] = index;
  range[1] = index + 1;
});
const runsOfOrder = plan.orders.map(() => []);
runs.forEach((run, index) => {
  const order = run[LOT] < 0 ? -1 : plan.lots[run[LOT]][0];
  if (order >= 0) runsOfOrder[order].push(index);
});
// Ends can overlap starts where a plan breaks the rules; the longest run bounds how far back one has to look.
const longest = plan.lines.map(() => 0);
runs.forEach((run) => {
  const begin = run[SETUP_FROM] >= 0 ? Math.min(run[SETUP_FROM], run[START]) : run[START];
  longest[run[LINE]] = Math.max(longest[run[LINE]], run[END] - begin);
});

const orderOf = (run) => (run[LOT] < 0 ? -1 : plan.lots[run[LOT]][0]);
const variantOf = (run) => (run[LOT] < 0 ? -1 : plan.lots[run[LOT]][4]);
const orderName = (run) => {
  const order = orderOf(run);
  if (order >= 0) return plan.orders[order].id;
  return run[LOT] < 0 ? "an order that is gone" : plan.lots[run[LOT]][5];
};
const isLate = (order) => order >= 0 && plan.orders[order].status === "late";

// The first of a line's runs that could end after `time`.
function firstRun(line, time) {
  let [low, high] = runsOfLine[line];
  const since = time - longest[line];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle][START] < since) low = middle + 1;
    else high = middle;
  }
  return low;
}

// Local time by the offsets the page carries: browsers know zones, but not always the same ones.
function offsetAt(time) {
  let offset = plan.offsets[0][1];
  for (const [from, value] of plan.offsets) if (from <= time) offset = value;
  return offset;
}
const local = (time) => new Date((plan.origin + time + offsetAt(time)) * 1000);
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value) => String(value).padStart(2, "0");
const clockText = (time, seconds) => {
  const at = local(time);
  return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + (seconds ? ":" + two(at.getUTCSeconds()) : "");
};
const dayText = (time) => {
  const at = local(time);
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
};
const momentText = (time) => `${dayText(time)} ${local(time).getUTCFullYear()} ${clockText(time)}`;
function spanText(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]];
  const shown = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, name] of parts) {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0 && shown.length < 2) shown.push(count + name);
    else if (shown.length) break;
  }
  return shown.join(" ") || "0s";
}
// Local midnight at or before `time`.
function midnight(time) {
  const at = local(time);
  const since = at.getUTCHours() * 3600 + at.getUTCMinutes() * 60 + at.getUTCSeconds();
  const guess = time - since;
  return guess + (offsetAt(time) - offsetAt(guess));
}

let colouring = plan.colourings[plan.colour_by];
// Which value a run has, as a position in the colouring; -1 for none.
function valueOf(run) {
  if (colouring.by === "status") {
    const order = orderOf(run);
    if (order < 0) return 2;
    return plan.orders[order].status === "on_time" ? 0 : plan.orders[order].status === "late" ? 1 : 2;
  }
  const of = colouring.by === "operation" ? run[OPERATION] : variantOf(run);
  return of < 0 ? -1 : colouring.of[of];
}
// Values by the time run for them, longest first: the order of the legend, and of the patterns.
function weighed() {
  const weights = new Map();
  for (const run of runs) {
    const value = valueOf(run);
    weights.set(value, (weights.get(value) || 0) + run[END] - run[START]);
  }
  return [...weights.entries()].sort((a, b) => b[1] - a[1]).map(([value]) => value);
}
