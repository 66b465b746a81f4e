// What stands around the chart: legend, load, cost over time, the table of all orders, the printed chart.
const SHOWN_VALUES = 24;
function drawLegend() {
  const legend = element("legend"), values = weighed();
  legend.textContent = "";
  const entry = (text, paint) => {
    const label = add(legend, "span");
    const swatch = add(label, "canvas");
    swatch.width = 28; swatch.height = 16;
    paint(swatch.getContext("2d"));
    add(label, "span", text);
  };
  for (const value of values.slice(0, SHOWN_VALUES)) {
    entry(value < 0 ? `no ${colouring.name}` : colouring.values[value].name, (pen) => { pen.fillStyle = fillOf(pen, value)[0]; pen.fillRect(0, 0, 28, 16); });
  }
  if (values.length > SHOWN_VALUES) add(legend, "span", `and ${number.format(values.length - SHOWN_VALUES)} more`);
  const paint = colours(look.dark);
  entry("changeover", (pen) => { pen.fillStyle = patternFill(pen, paint.setup, paint.setupInk, 1); pen.fillRect(0, 4, 28, 8); });
  entry("closed", (pen) => { pen.fillStyle = paint.closed; pen.fillRect(0, 0, 28, 16); });
  if (plan.lines.some((line) => line.overtime.length)) entry("overtime opened", (pen) => { pen.fillStyle = paint.overtime; pen.fillRect(0, 0, 28, 16); });
  if (plan.orders.some((order) => order.status === "late")) entry("order is late", (pen) => { pen.fillStyle = "#9a9a9a"; pen.fillRect(0, 0, 28, 16); pen.fillStyle = paint.lateBar; pen.fillRect(0, 12, 28, 4); });
}

const SVG = "http://www.w3.org/2000/svg";
function shape(parent, name, attributes, text) {
  const child = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) child.setAttribute(key, value);
  if (text !== undefined) child.textContent = text;
  parent.append(child);
  return child;
}
function picture(parent, height, title) {
  parent.textContent = "";
  const svg = shape(parent, "svg", { viewBox: `0 0 640 ${height}`, role: "img", "aria-label": title });
  return svg;
}
// A round number at or above `value`.
function roundUp(value) {
  if (value <= 0) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((step) => step * unit).find((step) => step >= value * 0.999);
}
function scale(svg, most, left, top, bottom, write, least = 0) {
  for (let step = 0; step <= 4; step++) {
    const y = bottom - (bottom - top) * step / 4;
    shape(svg, "path", { d: `M${left} ${y}H632`, stroke: "var(--rule)", "stroke-width": step ? 0.6 : 1 });
    shape(svg, "text", { x: left - 6, y: y + 4, "text-anchor": "end" }, write(least + (most - least) * step / 4));
  }
}

// Run and changeover hours as bars, open hours as a line over them.
function drawLoad() {
  const chosen = Number(element("load-line").value), { edges, days, hours } = plan.load;
  const bars = Math.max(edges.length - 1, 0);
  const sums = Array.from({ length: bars }, (_, bar) => {
    const sum = [0, 0, 0];
    hours.forEach((line, index) => { if (chosen < 0 || chosen === index) line[bar].forEach((value, kind) => { sum[kind] += value; }); });
    return sum;
  });
  const name = chosen < 0 ? "all lines" : plan.lines[chosen].id;
  const svg = picture(element("load"), 230, `Load of ${name}: hours by ${days === 1 ? "day" : days + " days"}. ` + sums.slice(0, 14).map((sum, bar) => `${dayText(edges[bar])}: ${amount.format(sum[1] + sum[2])} of ${amount.format(sum[0])}`).join("; "));
  const most = roundUp(Math.max(...sums.map((sum) => Math.max(sum[0], sum[1] + sum[2])), 1));
  const [left, top, bottom] = [48, 10, 190], wide = (632 - left) / Math.max(bars, 1);
  const y = (value) => bottom - value / most * (bottom - top);
  scale(svg, most, left, top, bottom, (value) => amount.format(value) + " h");
  sums.forEach(([open, run, setup], bar) => {
    const from = left + bar * wide + wide * 0.14, width = Math.max(wide * 0.72, 0.8);
    const group = shape(svg, "g", {});
    shape(group, "title", {}, `${dayText(edges[bar])}: ${amount.format(run)} h runs, ${amount.format(setup)} h changeovers, ${amount.format(open)} h open`);
    shape(group, "rect", { x: from, y: y(run), width, height: Math.max(bottom - y(run), 0), fill: "#0072b2" });
    shape(group, "rect", { x: from, y: y(run + setup), width, height: Math.max(y(run) - y(run + setup), 0), fill: "#e69f00" });
    shape(group, "path", { d: `M${left + bar * wide} ${y(open)}h${wide}`, stroke: "var(--ink)", "stroke-width": 2, fill: "none" });
    const every = Math.ceil(bars / 7);
    const middle = left + bar * wide + wide / 2, last = middle > 600;
    if (bar % every === 0) shape(svg, "text", { x: last ? 638 : middle, y: bottom + 15, "text-anchor": last ? "end" : "middle" }, dayText(edges[bar]));
  });
  [["#0072b2", "runs"], ["#e69f00", "changeovers"]].forEach(([fill, text], index) => {
    shape(svg, "rect", { x: left + index * 90, y: bottom + 25, width: 14, height: 9, fill });
    shape(svg, "text", { x: left + index * 90 + 19, y: bottom + 33 }, text);
  });
  shape(svg, "path", { d: `M${left + 222} ${bottom + 30}h16`, stroke: "var(--ink)", "stroke-width": 2 });
  shape(svg, "text", { x: left + 244, y: bottom + 33 }, "open");
}

// Each better plan as it was found. Plans that leave orders out that must be made are no points: their cost says little.
function drawCurve() {
  const points = plan.curve.filter((point) => !point.unplanned);
  const place = element("curve");
  if (points.length < 2) {
    place.textContent = "";
    add(place, "p", points.length === 1 ? `One plan was found, for ${money(points[0].cost)} (${points[0].source}).` : "The plan does not say how it was found.", "hint");
    return;
  }
  const timed = points.every((point) => point.seconds !== undefined);
  const at = (point, index) => timed ? point.seconds : point.iteration === undefined ? index : point.iteration;
  const xs = points.map(at), end = Math.max(...xs, 1e-9), begin = Math.min(...xs);
  const costs = points.map((point) => point.cost), highest = Math.max(...costs), lowest = Math.min(...costs);
  const room = Math.max((highest - lowest) * 0.08, highest * 0.002, 0.01);
  const [least, most] = [Math.max(0, lowest - room), highest + room];
  const svg = picture(place, 230, `Cost over ${timed ? "time" : "iterations"}: from ${money(costs[0])} to ${money(costs[costs.length - 1])} in ${points.length} steps.`);
  const [left, top, bottom] = [70, 10, 190];
  const x = (value) => left + (value - Math.min(begin, 0)) / (end - Math.min(begin, 0)) * (628 - left);
  const y = (value) => bottom - (value - least) / (most - least) * (bottom - top);
  scale(svg, most, left, top, bottom, (value) => amount.format(Number(value.toPrecision(4))), least);
  let path = "";
  points.forEach((point, index) => { path += (index ? `H${x(xs[index]).toFixed(1)}V` : `M${x(xs[0]).toFixed(1)} `) + y(point.cost).toFixed(1); });
  shape(svg, "path", { d: path, fill: "none", stroke: "var(--accent)", "stroke-width": 2 });
  points.forEach((point, index) => {
    const dot = shape(svg, "circle", { cx: x(xs[index]).toFixed(1), cy: y(point.cost).toFixed(1), r: points.length > 80 ? 1.5 : 3, fill: "var(--accent)" });
    shape(dot, "title", {}, `${money(point.cost)} by ${point.source}${timed ? " after " + amount.format(point.seconds) + " s" : ""}`);
  });
  for (let step = 0; step <= 4; step++) {
    const value = Math.min(begin, 0) + (end - Math.min(begin, 0)) * step / 4;
    shape(svg, "text", { x: x(value), y: bottom + 15, "text-anchor": step === 4 ? "end" : "middle" }, amount.format(Number(value.toPrecision(3))) + (timed ? " s" : ""));
  }
  shape(svg, "text", { x: left, y: bottom + 33 }, timed ? "seconds since the start of the program" : "iterations");
}

// All orders, made when somebody opens it: 5,000 rows are no burden then, and would be one at the start.
function offerOrders() {
  const place = add(element("every-order"), "details");
  add(place, "summary", `All ${number.format(plan.orders.length)} orders as a table`);
  place.addEventListener("toggle", () => {
    if (!place.open || place.querySelector("table")) return;
    const table = add(place, "table", undefined, "rows"), head = add(add(table, "thead"), "tr"), body = add(table, "tbody");
    const names = ["Order", "Status", "Due", "Delivery", "Late by", "Pieces", "Lots on", "Cost"];
    if (plan.customers) names.splice(1, 0, "Customer");
    for (const name of names) add(head, "th", name).scope = "col";
    plan.orders.forEach((order, index) => {
      const row = add(body, "tr");
      add(row, "th", order.id).scope = "row";
      if (plan.customers) add(row, "td", order.customer || "");
      add(row, "td", STATUS[order.status]);
      add(row, "td", order.due === undefined ? "" : momentText(order.due));
      add(row, "td", order.delivery === undefined ? "" : momentText(order.delivery));
      add(row, "td", order.status === "late" ? spanText(order.delivery - order.due) : "");
      add(row, "td", number.format(order.pieces), "number");
      add(row, "td", [...new Set(runsOfOrder[index].map((run) => plan.lines[runs[run][LINE]].id))].slice(0, 6).join(", "));
      add(row, "td", amount.format(order.cost), "number");
    });
  });
}

// For paper: the whole chart, always light, in pieces that fit a page.
const PRINT_LINES = 22;
function drawForPrint() {
  const place = element("print-charts");
  place.textContent = "";
  for (let first = 0; first < plan.lines.length; first += PRINT_LINES) {
    const last = Math.min(first + PRINT_LINES, plan.lines.length);
    const sheet = document.createElement("canvas"), width = 1080, height = HEAD + (last - first) * 24 + 1;
    sheet.width = width * 2;
    sheet.height = height * 2;
    const pen = sheet.getContext("2d");
    pen.scale(2, 2);
    const [from, to] = whole();
    drawChart(pen, { from, to, left: nameWidth(width), width, height, rowHeight: 24, first, last, shift: 0 }, { dark: false, lateOnly: false }, { run: -1, order: -1, orders: null });
    const image = add(place, "img");
    image.alt = "";
    image.src = sheet.toDataURL("image/png");
  }
}
