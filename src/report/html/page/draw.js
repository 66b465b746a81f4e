// Shapes on a canvas: closed time, changeovers, runs, lines of time. Knows where things lie, not what is asked of them.
const HEAD = 46;
const colours = (dark) => dark
  ? { ground: "#16181b", ink: "#ececec", quiet: "#a9adb2", rule: "#34373c", day: "#5a5e64", closed: "#2b2e33", overtime: "#4d431a", late: "#ff8a3d", lateBar: "#ffffff", now: "#56b4e9", setup: "#8b9096", setupInk: "#16181b" }
  : { ground: "#ffffff", ink: "#1a1a1a", quiet: "#5c5c5c", rule: "#e2e2e2", day: "#9a9a9a", closed: "#e3e3e1", overtime: "#fff1b8", late: "#d55e00", lateBar: "#000000", now: "#0072b2", setup: "#6b6b6b", setupInk: "#ffffff" };

// Stripes and dots for values that share a hue with another, so that colour is never all that tells them apart.
const patterns = new Map();
function patternFill(context, fill, ink, kind) {
  if (kind === 0) return fill;
  const key = fill + ink + kind;
  if (!patterns.has(key)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 0.45;
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 1.6;
    pen.beginPath();
    if (kind === 1) { pen.moveTo(-2, 10); pen.lineTo(10, -2); pen.moveTo(-2, 2); pen.lineTo(2, -2); pen.moveTo(6, 10); pen.lineTo(10, 6); }
    if (kind === 2) { pen.arc(2, 2, 1.2, 0, 7); pen.arc(6, 6, 1.2, 0, 7); pen.fill(); }
    if (kind === 3) { pen.moveTo(4, 0); pen.lineTo(4, 8); }
    if (kind !== 2) pen.stroke();
    patterns.set(key, context.createPattern(tile, "repeat"));
  }
  return patterns.get(key);
}
let patternOf = new Map();
function setPatterns() {
  patternOf = new Map();
  const shown = weighed().filter((value) => value >= 0);
  shown.forEach((value, index) => patternOf.set(value, shown.length <= 7 || colouring.by === "status" ? 0 : Math.floor(index / 7) % 4));
}
function fillOf(context, value) {
  if (value < 0) return ["#9a9a9a", "#000"];
  const { fill, ink } = colouring.values[value];
  return [patternFill(context, fill, ink, patternOf.get(value) || 0), ink];
}

// view: from, to (seconds), left, width, rowHeight; rows: lines from first to last; top: where the first row begins.
function drawChart(context, view, look, marked) {
  const paint = colours(look.dark);
  const x = (time) => view.left + (time - view.from) / (view.to - view.from) * (view.width - view.left);
  context.fillStyle = paint.ground;
  context.fillRect(0, 0, view.width, view.height);
  context.save();
  context.beginPath();
  context.rect(view.left, HEAD, view.width - view.left, view.height - HEAD);
  context.clip();
  for (let line = view.first; line < view.last; line++) drawOpenTime(context, view, paint, x, line);
  drawTimes(context, view, paint, x, false);
  for (let line = view.first; line < view.last; line++) drawRuns(context, view, paint, x, line, look, marked);
  drawInstants(context, view, paint, x, marked);
  context.restore();
  context.fillStyle = paint.ground;
  context.fillRect(0, 0, view.width, HEAD);
  context.fillRect(0, 0, view.left, view.height);
  drawTimes(context, view, paint, x, true);
  drawDues(context, view, paint, x);
  drawNames(context, view, paint);
}
const rowTop = (view, line) => HEAD + (line - view.first) * view.rowHeight - view.shift;

function drawOpenTime(context, view, paint, x, line) {
  const top = rowTop(view, line);
  context.fillStyle = paint.closed;
  for (const [from, to] of plan.closed[plan.lines[line].closed]) {
    if (to > view.from && from < view.to && x(to) - x(from) > 0.3) context.fillRect(x(from), top, x(to) - x(from), view.rowHeight);
  }
  context.fillStyle = paint.overtime;
  for (const [from, to] of plan.lines[line].overtime) context.fillRect(x(from), top, x(to) - x(from), view.rowHeight);
  context.fillStyle = paint.rule;
  context.fillRect(view.left, top + view.rowHeight - 0.5, view.width - view.left, 0.5);
}

function drawRuns(context, view, paint, x, line, look, marked) {
  const top = rowTop(view, line) + 2, height = view.rowHeight - 4;
  const [, end] = runsOfLine[line];
  let reached = -1;
  for (let index = firstRun(line, view.from); index < end; index++) {
    const run = runs[index];
    const begin = run[SETUP_FROM] >= 0 ? run[SETUP_FROM] : run[START];
    if (begin > view.to) break;
    if (run[END] < view.from) continue;
    const order = orderOf(run), late = isLate(order);
    const dim = marked.orders ? !marked.orders.has(order) : look.lateOnly && !late;
    context.globalAlpha = dim ? 0.13 : 1;
    if (run[SETUP_FROM] >= 0) {
      drawSetup(context, paint, x(run[SETUP_FROM]), x(run[SETUP_TO]), top, height);
      pauses(context, view, paint, x, line, run[SETUP_FROM], run[SETUP_TO], top, height, dim);
    }
    const from = x(run[START]), width = Math.max(x(run[END]) - from, 0.8);
    // Below half a pixel apart, neighbours hide each other anyway; late and marked ones are never left out.
    if (width < 1 && from < reached && !late && !marked.orders && index !== marked.run) continue;
    reached = from + 0.5;
    const [fill, ink] = fillOf(context, valueOf(run));
    context.fillStyle = run[LOT] < 0 ? paint.quiet : fill;
    context.fillRect(from, top, width, height);
    if (late) {
      context.fillStyle = paint.lateBar;
      context.fillRect(from, top + height - Math.max(3, height * 0.18), width, Math.max(3, height * 0.18));
    }
    if (width > 3) {
      context.fillStyle = paint.ground;
      context.fillRect(from + width - 0.7, top, 0.7, height);
    }
    pauses(context, view, paint, x, line, run[START], run[END], top, height, dim);
    if (width > 26 && height > 11 && !dim) label(context, run, x, top, late ? height * 0.85 : height, ink, view, paint);
    if (index === marked.run || (marked.order >= 0 && marked.order === order)) {
      context.globalAlpha = 1;
      context.strokeStyle = paint.ink;
      context.lineWidth = index === marked.run ? 2.5 : 1.2;
      context.strokeRect(from, top, width, height);
    }
  }
  context.globalAlpha = 1;
}

function drawSetup(context, paint, from, to, top, height) {
  const width = Math.max(to - from, 0.6), inset = height * 0.22;
  context.fillStyle = width > 3 ? patternFill(context, paint.setup, paint.setupInk, 1) : paint.setup;
  context.fillRect(from, top + inset, width, height - 2 * inset);
}

// A run or changeover that stops at closing and goes on at opening is paler in between.
function pauses(context, view, paint, x, line, begin, end, top, height, dim) {
  context.fillStyle = paint.closed;
  for (const [from, to] of plan.closed[plan.lines[line].closed]) {
    if (from >= end) break;
    if (to <= begin || (from <= begin && to >= end)) continue;
    const left = x(Math.max(from, begin, view.from)), right = x(Math.min(to, end, view.to));
    if (right - left < 0.5) continue;
    context.globalAlpha = dim ? 0.1 : 0.72;
    context.fillRect(left, top, right - left, height);
    context.globalAlpha = dim ? 0.13 : 1;
  }
}

// The first part of a run, open or closed, that has room for the whole text, else the widest: each has one ground under it.
function partFor(run, x, left, right, fits) {
  const gaps = plan.closed[plan.lines[run[LINE]].closed].filter(([from, to]) => from < run[END] && to > run[START] && !(from <= run[START] && to >= run[END]));
  const edges = [[run[START], false], ...gaps.flatMap(([from, to]) => [[Math.max(from, run[START]), true], [to, false]])];
  let best = [0, 0, false];
  for (let index = 0; index < edges.length; index++) {
    const next = index + 1 < edges.length ? edges[index + 1][0] : run[END];
    const begin = Math.max(x(edges[index][0]), left) + 4, room = Math.min(x(next), right) - begin - 3;
    if (room > best[1]) best = [begin, room, edges[index][1]];
    if (fits(room)) break;
  }
  return best;
}
function label(context, run, x, top, height, ink, view, paint) {
  context.font = `${Math.min(12, height * 0.62)}px system-ui, sans-serif`;
  const name = orderName(run), whole = context.measureText(name).width;
  const [begin, room, paused] = partFor(run, x, view.left, view.width, (room) => room >= whole);
  if (room < 16) return;
  const text = shortened(context, name, room);
  // A letter or two of a name say nothing.
  if (text !== name && text.length < 5) return;
  context.fillStyle = paused ? paint.ink : ink;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(text, begin, top + height / 2 + 0.5);
}

// The text cut to the room it has, with an ellipsis; nothing where not even a letter fits.
function shortened(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  for (let kept = text.length - 1; kept > 0; kept = Math.floor(kept * 0.85)) {
    const cut = text.slice(0, kept) + "…";
    if (context.measureText(cut).width <= room) return cut;
  }
  return "";
}

const STEPS = [60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2419200, 7862400, 31449600];
function drawTimes(context, view, paint, x, head) {
  const perSecond = (view.width - view.left) / (view.to - view.from);
  const step = STEPS.find((each) => each * perSecond >= (each >= 86400 ? 70 : 46)) || 314496000;
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  let dayEnd = -Infinity;
  for (let day = midnight(view.from); day < view.to; ) {
    const next = midnight(day + 90000 + 7200);
    const index = Math.round((plan.origin + day + offsetAt(day)) / 86400);
    // Weeks begin on Monday; the epoch's first day was a Thursday.
    const shown = step <= 86400 || (index + 3) % Math.round(step / 86400) === 0;
    if (shown) {
      if (!head) { context.fillStyle = paint.day; context.fillRect(x(day), HEAD, 1, view.height); }
      else {
        const text = dayText(day), place = Math.max(x(day), view.left), width = context.measureText(text).width;
        const room = x(next) - place > width || step > 86400;
        if (room && place > dayEnd && place + width < view.width) { context.fillStyle = paint.ink; context.fillText(text, place + 3, 9); dayEnd = place + width + 5; }
      }
      for (let time = day + step; step < 86400 && time < next; time += step) {
        if (time < view.from || time > view.to) continue;
        if (!head) { context.fillStyle = paint.rule; context.fillRect(x(time), HEAD, 1, view.height); }
        else if (x(time) > view.left + 14) { context.textAlign = "center"; context.fillStyle = paint.quiet; context.fillText(clockText(time), x(time), 24); context.textAlign = "left"; }
      }
    }
    day = next;
  }
}

// Due dates as ticks under the times; those that are missed stand out by colour and length.
function drawDues(context, view, paint, x) {
  context.save();
  context.beginPath();
  context.rect(view.left, 0, view.width - view.left, HEAD);
  context.clip();
  for (const missed of [false, true]) {
    for (const order of plan.orders) {
      if (order.due === undefined || order.due < view.from || order.due > view.to || (order.status === "late") !== missed) continue;
      context.fillStyle = missed ? paint.late : paint.quiet;
      context.fillRect(x(order.due) - 0.5, missed ? 33 : 38, missed ? 2 : 1, missed ? 13 : 7);
    }
  }
  context.restore();
  context.fillStyle = paint.quiet;
  context.font = "10px system-ui, sans-serif";
  context.textAlign = "right";
  context.fillText("due", view.left - 6, 40);
  context.fillStyle = paint.day;
  context.fillRect(0, HEAD - 0.5, view.width, 1);
}

function drawInstants(context, view, paint, x, marked) {
  context.fillStyle = paint.now;
  context.fillRect(x(plan.now) - 1, HEAD, 2, view.height);
  if (view.to > plan.now && view.from <= plan.now + 60) tag(context, "now", x(plan.now) + 2, HEAD + 7, paint.now, paint.ground);
  const order = marked.order >= 0 ? plan.orders[marked.order] : null;
  if (order && order.due !== undefined) {
    const colour = order.status === "late" ? paint.late : paint.ink;
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    context.moveTo(x(order.due), HEAD);
    context.lineTo(x(order.due), view.height);
    context.stroke();
    context.setLineDash([]);
    tag(context, "due " + order.id.slice(0, 30), x(order.due) + 3, HEAD + 7, colour, paint.ground, view.width);
  }
}
// Right of its line, or left of it where it would run out of the chart at `edge`.
function tag(context, text, left, middle, fill, ink, edge = Infinity) {
  context.font = "10.5px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "left";
  const wide = context.measureText(text).width + 8;
  if (left + wide > edge) left -= wide + 6;
  context.fillStyle = fill;
  context.fillRect(left, middle - 7, wide, 14);
  context.fillStyle = ink;
  context.fillText(text, left + 4, middle + 0.5);
}

function drawNames(context, view, paint) {
  context.save();
  context.beginPath();
  context.rect(0, HEAD, view.left, view.height - HEAD);
  context.clip();
  context.font = `${Math.min(12.5, view.rowHeight * 0.62)}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let line = view.first; line < view.last; line++) {
    context.fillStyle = paint.ink;
    context.fillText(shortened(context, plan.lines[line].id, view.left - 12), view.left - 7, rowTop(view, line) + view.rowHeight / 2);
    context.fillStyle = paint.rule;
    context.fillRect(0, rowTop(view, line) + view.rowHeight - 0.5, view.left, 0.5);
  }
  context.restore();
  context.fillStyle = paint.day;
  context.fillRect(view.left - 0.5, 0, 1, view.height);
}
