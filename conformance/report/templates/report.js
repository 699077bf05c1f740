
const readout = document.getElementById("readout");
const cells = [...document.querySelectorAll("a.cell")];
const goal = (cell) => document.getElementById(decodeURIComponent(cell.hash.slice(1)));
const goals = new Map(cells.map((cell) => [cell, goal(cell)]));
const tell = (event) => { readout.textContent = event.target.closest?.("a.cell")?.getAttribute("aria-label") ?? ""; };

// One stop of the tabulator for each grid, and arrows within it: a full run has more than a thousand cells.
function stop(cell) {
  for (const other of cells) if (other.closest("table") === cell.closest("table")) other.tabIndex = other === cell ? 0 : -1;
}

function move(event) {
  const cell = event.target.closest?.("a.cell");
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!cell || !step) return;
  event.preventDefault();
  const next = event.key === "ArrowLeft" || event.key === "ArrowRight" ? beside(cell, step) : above(cell, step);
  if (!next) return;
  stop(next);
  next.focus();
}

function beside(cell, step) {
  const row = [...cell.closest("tr").querySelectorAll("a.cell")];
  return row[row.indexOf(cell) + step];
}

// The nearest cell of the next row that has any.
function above(cell, step) {
  const across = (one) => one.getBoundingClientRect().left;
  const far = (one) => Math.abs(across(one) - across(cell));
  let row = cell.closest("tr");
  do row = step < 0 ? row.previousElementSibling : row.nextElementSibling; while (row && !row.querySelector("a.cell"));
  return row && [...row.querySelectorAll("a.cell")].reduce((best, one) => (far(one) < far(best) ? one : best));
}

if (readout) {
  const map = document.getElementById("map");
  for (const grid of map.querySelectorAll("table")) stop(grid.querySelector("a.cell"));
  for (const name of ["mouseover", "focusin"]) map.addEventListener(name, tell);
  for (const name of ["mouseleave", "focusout"]) map.addEventListener(name, () => { readout.textContent = ""; });
  map.addEventListener("keydown", move);
  watchers.push((left) => { for (const cell of cells) cell.classList.toggle("dim", !left.has(goals.get(cell))); });
  update();
}
