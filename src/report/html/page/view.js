// What of the chart is seen: zoom, pan, size, what lies under the pointer.
const canvas = element("canvas"), scroll = element("scroll"), context = canvas.getContext("2d");
const rowHeight = plan.lines.length <= 40 ? 26 : 18;
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const look = { dark: dark.matches, lateOnly: false };
const marked = { run: -1, order: -1, orders: null };
const whole = () => { const room = (plan.span[1] - plan.span[0]) * 0.01; return [plan.span[0] - room, plan.span[1] + room]; };
let [seenFrom, seenTo] = whole();
let waiting = false;

// Room for the lines' names, never more than a third of the chart.
function nameWidth(width) {
  context.font = "12.5px system-ui, sans-serif";
  const widest = plan.lines.reduce((width, line) => Math.max(width, context.measureText(line.id.slice(0, 40)).width), 30);
  return Math.min(widest + 16, 170, width * 0.3);
}
function currentView() {
  const first = Math.min(Math.floor(scroll.scrollTop / rowHeight), plan.lines.length);
  const height = scroll.clientHeight;
  const last = Math.min(plan.lines.length, first + Math.ceil((height - HEAD) / rowHeight) + 1);
  return { from: seenFrom, to: seenTo, left: nameWidth(scroll.clientWidth), width: scroll.clientWidth, height, rowHeight, first, last, shift: scroll.scrollTop - first * rowHeight };
}
function resize() {
  const wanted = HEAD + plan.lines.length * rowHeight;
  const height = Math.min(wanted + 1, Math.max(240, Math.round(window.innerHeight * 0.72)));
  scroll.style.height = height + "px";
  element("sizer").style.height = wanted + "px";
  const sharp = window.devicePixelRatio || 1;
  canvas.width = Math.round(scroll.clientWidth * sharp);
  canvas.height = Math.round(height * sharp);
  canvas.style.width = scroll.clientWidth + "px";
  canvas.style.height = height + "px";
  redraw();
}
function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; drawNow(); });
}
function drawNow() {
  const sharp = window.devicePixelRatio || 1;
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  drawChart(context, currentView(), look, marked);
}
// Shows a span, never less than a minute nor more than twice the plan.
function show(from, to) {
  const most = (plan.span[1] - plan.span[0]) * 2;
  const length = Math.min(Math.max(to - from, 60), Math.max(most, 120));
  const middle = Math.min(Math.max((from + to) / 2, plan.span[0]), plan.span[1]);
  [seenFrom, seenTo] = [middle - length / 2, middle + length / 2];
  redraw();
}
function zoom(factor, around) {
  const at = around === undefined ? (seenFrom + seenTo) / 2 : around;
  const from = at - (at - seenFrom) * factor, to = at + (seenTo - at) * factor;
  if (to - from >= 60 || factor > 1) show(from, to);
}
const pan = (share) => { const by = (seenTo - seenFrom) * share; show(seenFrom + by, seenTo + by); };
const fit = () => { [seenFrom, seenTo] = whole(); redraw(); };
const timeAt = (place) => { const view = currentView(); return view.from + (place - view.left) / (view.width - view.left) * (view.to - view.from); };

// Brings a run into sight, zooming in where it would be a thread.
function reveal(index) {
  const run = runs[index], length = Math.max(run[END] - run[START], 60);
  if (length / (seenTo - seenFrom) < 0.004) {
    const wide = Math.max(length * 40, 3600);
    show(run[START] + length / 2 - wide / 2, run[START] + length / 2 + wide / 2);
  } else if (run[START] < seenFrom || run[END] > seenTo) {
    const by = (run[START] + run[END] - seenFrom - seenTo) / 2;
    show(seenFrom + by, seenTo + by);
  }
  const top = run[LINE] * rowHeight, room = scroll.clientHeight - HEAD;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (top + rowHeight > scroll.scrollTop + room) scroll.scrollTop = top + rowHeight - room;
  redraw();
}
// The run (or the changeover before it) under a place on the canvas; -1 where there is none.
function runAt(left, top) {
  const view = currentView();
  if (left < view.left || top < HEAD) return -1;
  const line = Math.floor((top - HEAD + scroll.scrollTop) / rowHeight);
  if (line >= plan.lines.length) return -1;
  const time = timeAt(left), near = (view.to - view.from) / (view.width - view.left) * 3;
  let best = -1, distance = near;
  for (let index = firstRun(line, time - near); index < runsOfLine[line][1]; index++) {
    const run = runs[index], begin = run[SETUP_FROM] >= 0 ? run[SETUP_FROM] : run[START];
    if (begin > time + near) break;
    const away = Math.max(begin - time, time - run[END], 0);
    if (away < distance || (away === 0 && time >= run[START])) { best = index; distance = Math.min(away, distance); }
  }
  return best;
}
