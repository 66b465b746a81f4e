// What the page does when it is touched.
let found = [], foundAt = -1;

function setColouring(index) {
  colouring = plan.colourings[index];
  setPatterns();
  drawLegend();
  redraw();
}
function search() {
  const text = element("search").value.trim().toLowerCase();
  found = [];
  foundAt = -1;
  marked.orders = null;
  if (text) {
    const matches = (order) => order.id.toLowerCase().includes(text) || (plan.customers && order.customer && order.customer.toLowerCase().includes(text));
    marked.orders = new Set();
    plan.orders.forEach((order, index) => { if (matches(order)) marked.orders.add(index); });
    found = [...marked.orders];
  }
  element("found").textContent = text ? `${number.format(found.length)} ${found.length === 1 ? "order" : "orders"}` : "";
  redraw();
}
function step(by) {
  if (!found.length) return;
  foundAt = (foundAt + by + found.length) % found.length;
  const order = found[foundAt];
  element("found").textContent = `${foundAt + 1} of ${number.format(found.length)}`;
  keepDetails(order);
  if (runsOfOrder[order].length) select(runsOfOrder[order].reduce((first, run) => runs[run][START] < runs[first][START] ? run : first));
}
function select(index) {
  marked.run = index;
  if (index < 0) return redraw();
  reveal(index);
  element("spoken").textContent = spokenText(index);
}
// The next run on the line, or the run nearest in time on the next line that has any.
function move(along, across) {
  if (!runs.length) return;
  if (marked.run < 0) return select(Math.min(firstRun(0, seenFrom), runs.length - 1));
  const run = runs[marked.run];
  if (along) {
    const [first, end] = runsOfLine[run[LINE]], next = marked.run + along;
    return next >= first && next < end ? select(next) : undefined;
  }
  for (let line = run[LINE] + across; line >= 0 && line < plan.lines.length; line += across) {
    const [first, end] = runsOfLine[line];
    if (end === 0) continue;
    let best = first;
    for (let index = first; index < end; index++) if (Math.abs(runs[index][START] - run[START]) < Math.abs(runs[best][START] - run[START])) best = index;
    return select(best);
  }
}
function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = {
    ArrowRight: () => event.shiftKey ? pan(0.2) : move(1, 0), ArrowLeft: () => event.shiftKey ? pan(-0.2) : move(-1, 0),
    ArrowDown: () => event.shiftKey ? scroll.scrollBy(0, rowHeight * 4) : move(0, 1), ArrowUp: () => event.shiftKey ? scroll.scrollBy(0, -rowHeight * 4) : move(0, -1),
    "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), 0: fit, Home: fit,
    Enter: () => { if (marked.run >= 0) keepDetails(orderOf(runs[marked.run])); },
    Escape: () => { marked.run = -1; placeTip(-1); keepDetails(-1); },
  };
  if (!actions[event.key]) return;
  event.preventDefault();
  actions[event.key]();
}
function listenToPointer() {
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { left: event.clientX, from: seenFrom, to: seenTo, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    if (drag) {
      const view = currentView(), by = (drag.left - event.clientX) / (view.width - view.left) * (drag.to - drag.from);
      drag.moved = drag.moved || Math.abs(drag.left - event.clientX) > 3;
      if (drag.moved) { canvas.classList.add("dragging"); placeTip(-1); show(drag.from + by, drag.to + by); }
      return;
    }
    const index = runAt(event.clientX - box.left, event.clientY - box.top);
    if (index !== marked.run) { marked.run = index; redraw(); }
    placeTip(index, event.clientX, event.clientY);
  });
  canvas.addEventListener("pointerup", (event) => {
    const box = canvas.getBoundingClientRect();
    canvas.classList.remove("dragging");
    if (drag && !drag.moved) {
      const index = runAt(event.clientX - box.left, event.clientY - box.top);
      keepDetails(index < 0 ? -1 : orderOf(runs[index]));
    }
    drag = null;
  });
  canvas.addEventListener("pointercancel", () => { drag = null; canvas.classList.remove("dragging"); });
  canvas.addEventListener("pointerleave", () => { if (!drag) { placeTip(-1); marked.run = -1; redraw(); } });
  canvas.addEventListener("dblclick", (event) => zoom(0.4, timeAt(event.clientX - canvas.getBoundingClientRect().left)));
  canvas.addEventListener("wheel", (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) * 0.008), timeAt(event.clientX - canvas.getBoundingClientRect().left));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      pan((event.deltaX || event.deltaY) / 1200);
    }
  }, { passive: false });
}
function listen() {
  plan.colourings.forEach((each, index) => { add(element("colour"), "option", each.name).value = index; });
  element("colour").value = plan.colour_by;
  add(element("load-line"), "option", "all lines").value = -1;
  plan.lines.forEach((line, index) => { add(element("load-line"), "option", line.id).value = index; });
  element("colour").addEventListener("change", (event) => setColouring(Number(event.target.value)));
  element("load-line").addEventListener("change", drawLoad);
  element("search").addEventListener("input", search);
  element("search").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); step(event.shiftKey ? -1 : 1); } });
  element("previous").addEventListener("click", () => step(-1));
  element("next").addEventListener("click", () => step(1));
  element("zoom-in").addEventListener("click", () => zoom(0.6));
  element("zoom-out").addEventListener("click", () => zoom(1 / 0.6));
  element("fit").addEventListener("click", fit);
  element("late-only").addEventListener("change", (event) => { look.lateOnly = event.target.checked; redraw(); });
  scroll.addEventListener("scroll", redraw);
  scroll.addEventListener("keydown", pressed);
  window.addEventListener("resize", resize);
  dark.addEventListener("change", () => { look.dark = dark.matches; drawLegend(); redraw(); });
  window.addEventListener("beforeprint", drawForPrint);
  window.matchMedia("print").addEventListener("change", (event) => { if (event.matches) drawForPrint(); });
  listenToPointer();
}

listen();
setPatterns();
drawLegend();
drawLoad();
drawCurve();
offerOrders();
resize();
drawNow();
document.documentElement.dataset.ready = "yes";
