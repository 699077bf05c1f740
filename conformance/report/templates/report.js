
"use strict";
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const cases = [...document.querySelectorAll("[data-case]")];
const rows = cases.filter((one) => one.tagName === "TR");
const groups = [...document.querySelectorAll("[data-group]")];
const boxes = [...document.querySelectorAll(".choice input")];
const texts = new Map(cases.map((one) => [one, one.textContent.toLowerCase()]));

function update() {
  const wanted = search.value.trim().toLowerCase();
  const kinds = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const one of cases) one.hidden = !texts.get(one).includes(wanted);
  const left = new Set(cases.filter((one) => !one.hidden && kinds.has(one.dataset.kind)));
  for (const group of groups) {
    const any = [...group.querySelectorAll("[data-case]")].some((one) => left.has(one));
    group.hidden = !any;
    if (any && wanted) group.open = true;
  }
  const count = rows.filter((row) => left.has(row)).length;
  shown.textContent = count === rows.length ? "" : `${count} of ${rows.length} cases`;
}

function reveal() {
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { /* an id may hold a lone percent sign */ }
  const one = id && document.getElementById(id);
  if (!one) return;
  for (let at = one; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  one.scrollIntoView();
}

function jump(event) {
  if (event.key === "/" && event.target.tagName !== "INPUT") {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && event.target === search) {
    search.value = "";
    update();
  }
}

search.hidden = false;
search.addEventListener("input", update);
for (const box of boxes) box.addEventListener("change", update);
document.addEventListener("keydown", jump);
addEventListener("hashchange", reveal);
update();
reveal();
