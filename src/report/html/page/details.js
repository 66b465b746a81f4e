// What a lot or an order is, in words. Everything from the files becomes text here, never markup.
function add(parent, name, text, style) {
  const child = document.createElement(name);
  if (text !== undefined) child.textContent = text;
  if (style) child.className = style;
  parent.append(child);
  return child;
}
const STATUS = { on_time: "on time", late: "late", rejected: "rejected", unplanned: "unplanned" };
function promiseText(order) {
  const parts = [];
  if (order.due !== undefined) parts.push("due " + momentText(order.due));
  if (order.delivery !== undefined) parts.push("delivered " + momentText(order.delivery));
  return parts.join(", ");
}
const lateText = (order) => order.status === "late" ? `late by ${spanText(order.delivery - order.due)}, for ${money(order.cost)}` : STATUS[order.status];
function whatText(run) {
  if (run[LOT] < 0) return "begun before this plan, for an order that is gone";
  const [, item, lot, quantity, variant] = plan.lots[run[LOT]];
  const what = variant < 0 ? "" : " × " + plan.variants[variant];
  return `item ${item}${lot > 0 ? " lot " + lot : ""}: ${number.format(quantity)}${what}`;
}
function runLines(run) {
  const lines = [];
  const operation = run[OPERATION] < 0 ? "" : plan.operations[run[OPERATION]] + " on ";
  lines.push(`${operation}${plan.lines[run[LINE]].id}, ${dayText(run[START])} ${clockText(run[START])} to ${dayText(run[END]) === dayText(run[START]) ? "" : dayText(run[END]) + " "}${clockText(run[END])}`);
  if (run[SETUP_FROM] >= 0) lines.push(`changeover from ${clockText(run[SETUP_FROM])} to ${clockText(run[SETUP_TO])} (${spanText(run[SETUP_TO] - run[SETUP_FROM])})`);
  if (run[LOT] >= 0 && run[PIECES] !== plan.lots[run[LOT]][3]) lines.push(`${number.format(run[PIECES])} pieces run`);
  const value = valueOf(run);
  if (value >= 0 && colouring.by !== "status") lines.push(`${colouring.name}: ${colouring.values[value].name}`);
  return lines;
}
function describe(target, index) {
  const run = runs[index], order = orderOf(run);
  target.textContent = "";
  add(target, "strong", orderName(run));
  add(target, "div", whatText(run));
  for (const line of runLines(run)) add(target, "div", line);
  if (order >= 0) {
    const entry = plan.orders[order];
    if (plan.customers && entry.customer) add(target, "div", "for " + entry.customer);
    if (promiseText(entry)) add(target, "div", promiseText(entry));
    add(target, "div", lateText(entry), entry.status === "late" ? "late" : "");
  }
}
const spokenText = (index) => { const holder = document.createElement("div"); describe(holder, index); return [...holder.children].map((child) => child.textContent).filter(Boolean).join(". "); };

function placeTip(index, left, top) {
  const tip = element("tip");
  if (index < 0) { tip.hidden = true; return; }
  describe(tip, index);
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(left + 14, window.innerWidth - box.width - 8)) + "px";
  tip.style.top = (top + 18 + box.height > window.innerHeight ? Math.max(4, top - box.height - 12) : top + 18) + "px";
}

// The whole order: where each of its lots is, step by step.
function keepDetails(order) {
  const panel = element("details");
  marked.order = order;
  panel.hidden = order < 0;
  panel.textContent = "";
  if (order < 0) return redraw();
  const entry = plan.orders[order], list = runsOfOrder[order].slice().sort((a, b) => runs[a][START] - runs[b][START]);
  add(panel, "strong", entry.id);
  const facts = [`${number.format(entry.pieces)} pieces`, promiseText(entry)];
  if (plan.customers && entry.customer) facts.unshift("for " + entry.customer);
  if (entry.region) facts.push("to " + entry.region);
  add(panel, "div", facts.filter(Boolean).join(", "));
  add(panel, "div", lateText(entry), entry.status === "late" ? "late" : "");
  if (list.length) {
    const body = add(add(panel, "table", undefined, "rows"), "tbody");
    for (const index of list.slice(0, 200)) {
      const row = add(body, "tr");
      add(row, "th", whatText(runs[index])).scope = "row";
      add(row, "td", runLines(runs[index])[0]);
    }
    if (list.length > 200) add(panel, "div", `and ${number.format(list.length - 200)} more`);
  }
  redraw();
}
