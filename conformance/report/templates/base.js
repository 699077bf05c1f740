"use strict";
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const items = [...document.querySelectorAll("[data-item]")];
const rows = items.filter((one) => one.tagName === "TR");
const groups = [...document.querySelectorAll("[data-group]")];
const controls = [...document.querySelectorAll("[data-filter]")];
const names = [...new Set(controls.map((one) => one.dataset.filter))];
const texts = new Map();
const watchers = [];

const of = (name) => controls.filter((one) => one.dataset.filter === name);
const text = (one) => texts.get(one) ?? texts.set(one, one.textContent.toLowerCase()).get(one);
const value = (one, name) => one.closest(`[data-${name}]`)?.dataset[name] ?? "";

// What a filter lets through: a set of values, or null for all of them.
function chosen(name) {
  const all = of(name);
  if (all[0].type !== "checkbox") return all[0].value ? new Set([all[0].value]) : null;
  const on = all.filter((box) => box.checked);
  return on.length === all.length ? null : new Set(on.map((box) => box.value));
}

function update() {
  const wanted = search.value.trim().toLowerCase();
  const filters = names.map((name) => [name, chosen(name)]).filter(([, values]) => values);
  const fits = (one) => filters.every(([name, values]) => values.has(value(one, name))) && (!wanted || text(one).includes(wanted));
  const left = new Set(items.filter(fits));
  for (const one of items) one.hidden = !left.has(one);
  for (const group of groups) {
    const any = [...group.querySelectorAll("[data-item]")].some((one) => left.has(one));
    group.hidden = !any;
    if (any && wanted && group.tagName === "DETAILS") group.open = true;
  }
  const count = rows.filter((row) => left.has(row)).length;
  shown.textContent = `${count === rows.length ? "all" : `${count} of`} ${rows.length} ${shown.dataset.noun}`;
  document.getElementById("all").hidden = count === rows.length;
  for (const watcher of watchers) watcher(left);
}

// The filters as a fragment, so that a link to the page shows the same.
function keep() {
  const state = new URLSearchParams();
  for (const name of names) if (chosen(name)) state.set(name, [...chosen(name)].join(" "));
  if (search.value) state.set("text", search.value);
  const before = location.hash.startsWith("#?") ? "" : location.hash;
  const told = state.size ? `#?${state}` : before;
  try { history.replaceState(null, "", told || location.pathname + location.search); } catch { /* a page in a sandbox has no history */ }
}

function restore(state) {
  for (const name of names) {
    const values = state.get(name)?.split(" ");
    for (const one of of(name)) {
      if (one.type === "checkbox") one.checked = !values || values.includes(one.value);
      else one.value = [...one.options].some((option) => option.value === state.get(name)) ? state.get(name) : "";
    }
  }
  search.value = state.get("text") ?? "";
  update();
}

function change() {
  update();
  keep();
}

function reset() {
  restore(new URLSearchParams());
  keep();
}

// Goes where the fragment says: to filters, or to what it names, which no filter may then hide.
function follow() {
  if (location.hash.startsWith("#?")) return restore(new URLSearchParams(location.hash.slice(2)));
  let id = location.hash.slice(1);
  try { id = decodeURIComponent(id); } catch { /* an id may hold a lone percent sign */ }
  const one = id && document.getElementById(id);
  if (!one) return;
  if (search && one.closest("[hidden]")) restore(new URLSearchParams());
  for (let at = one; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  for (const more of one.querySelectorAll("details.more")) more.open = true;
  one.scrollIntoView();
}

function press(event) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape" && event.target === search) {
    search.value = "";
    change();
  }
}

async function copy(line, button) {
  try {
    await navigator.clipboard.writeText(line.textContent);
  } catch {
    getSelection().selectAllChildren(line);
    if (!document.execCommand("copy")) return;
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
}

for (const line of document.querySelectorAll("pre.curl")) {
  const around = document.createElement("div");
  const button = document.createElement("button");
  around.className = "copied";
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => copy(line, button));
  line.replaceWith(around);
  around.append(line, button);
}
if (search) {
  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  search.addEventListener("input", change);
  for (const one of controls) one.addEventListener("change", change);
  document.getElementById("all").addEventListener("click", reset);
  document.addEventListener("keydown", press);
  update();
}
addEventListener("hashchange", follow);
addEventListener("DOMContentLoaded", follow);
