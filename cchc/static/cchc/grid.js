/* The appraisal grid by keyboard: rows, the panel beside them, acts without leaving the page. The
   page works without this script. Points are a signed act, so nothing is saved unasked; what is
   typed and not sent yet is kept in this tab until it is. */
"use strict";
(() => {
  const table = document.querySelector("[data-grid]");
  if (!table) return;
  const words = document.getElementById("grid-words").dataset;
  const status = document.getElementById("grid-status");
  const drawer = document.getElementById("grid-drawer");
  const help = document.getElementById("grid-help");
  const single = document.getElementById("grid-keys");
  const KEYS = "cchc:grid:keys";
  const KEPT = `cchc:grid:${table.dataset.owner}:`;
  let busy = false;
  let opened = null;

  const rows = () => [...table.querySelectorAll("tbody tr")];
  const current = () => table.querySelector("tr[aria-current]");
  const rowOf = (leaf) => document.getElementById(`leaf-${leaf}`);
  const part = (row, name) => row.querySelector(`.grid__${name}`);
  const say = (text, tone = "") => { status.textContent = text; status.dataset.tone = tone; };
  const typing = (target) => /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";

  /* What is typed and not sent yet */
  const store = {
    read(leaf) { try { return JSON.parse(sessionStorage.getItem(KEPT + leaf)); } catch { return null; } },
    write(leaf, typed) { try { sessionStorage.setItem(KEPT + leaf, JSON.stringify(typed)); } catch { /* barred: the page still holds it */ } },
    drop(leaf) { try { sessionStorage.removeItem(KEPT + leaf); } catch { /* barred */ } },
  };
  const typedIn = (row) => {
    const points = part(row, "points"), na = row.querySelector(".grid__na input");
    return points && { points: points.value, reason: part(row, "reason").value, na: Boolean(na && na.checked) };
  };
  const putIn = (row, typed) => {
    if (!typed || !part(row, "points")) return;
    part(row, "points").value = typed.points;
    part(row, "reason").value = typed.reason;
    const na = row.querySelector(".grid__na input");
    if (na) na.checked = typed.na;
  };
  table.addEventListener("input", (event) => {
    const row = event.target.closest("tr[data-leaf]");
    if (row && part(row, "points") && event.target.name !== "leaf") store.write(row.dataset.leaf, typedIn(row));
  });
  for (const row of rows()) if (!row.querySelector("[aria-invalid]")) putIn(row, store.read(row.dataset.leaf));

  /* Rows */
  const choose = (row, focus = true) => {
    if (!row) return;
    const before = current();
    if (before && before !== row) before.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    if (focus) {
      part(row, "open").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    if (focus && opened && opened !== row.dataset.leaf && !drawer.hidden) open(row, false);
  };
  const step = (by) => {
    const all = rows(), at = all.indexOf(current());
    choose(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  };
  const untouched = (row) => row.dataset.state === "untouched" && row.hasAttribute("data-may");
  const next = (row, said) => {
    const all = rows(), at = all.indexOf(row);
    const found = [...all.slice(at + 1), ...all.slice(0, at)].find(untouched);
    if (found) { choose(found); say(said, "good"); return; }
    const onward = document.querySelector("[data-after], [data-first]");
    if (!onward) { choose(row); say(`${said} ${words.allDone}`, "good"); return; }
    choose(row, false);
    say(`${said} ${words.pageDone} `, "good");
    const link = document.createElement("a");
    link.href = onward.href;
    link.textContent = onward.textContent;
    status.append(link);
    link.focus();
  };
  table.addEventListener("focusin", (event) => choose(event.target.closest("tr[data-leaf]"), false));

  /* Acts */
  const post = async (url, data) => {
    const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" }, redirect: "error" });
    return { ok: answer.ok, ...(await answer.json()) };
  };
  const replace = (row, html, typed) => {
    const fresh = document.createElement("tbody");
    fresh.innerHTML = html;
    const made = fresh.firstElementChild;
    row.replaceWith(made);
    putIn(made, typed);
    made.setAttribute("aria-current", "true");
    return made;
  };
  const refused = (row, answer) => {
    const typed = typedIn(row);
    if (answer.html) row = replace(row, answer.html, typed);
    const place = part(row, "errors");
    if (place) {
      const line = document.createElement("span");
      line.className = "field__error";
      line.textContent = answer.message;
      place.replaceChildren(line);
    }
    say(answer.message, "bad");
    const input = part(row, answer.field === "reason" ? "reason" : "points");
    if (input) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", `e${row.dataset.leaf}`); input.focus(); }
  };
  const saved = (row, answer) => {
    store.drop(row.dataset.leaf);
    if (answer.html) return replace(row, answer.html);
    putIn(row, answer);
    row.querySelector("input[name$='-version']").value = answer.version;
    row.dataset.state = answer.state;
    const badge = part(row, "state");
    badge.textContent = answer.word;
    badge.className = `badge tone-${answer.tone} grid__state`;
    if (part(row, "errors")) part(row, "errors").replaceChildren();
    for (const input of row.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    const tick = row.querySelector("input[name=leaf]");
    if (tick) tick.checked = false;
    return row;
  };
  const SETTLED = ["done", "others", "abstained"];
  const CHIPS = { untouched: "chua-cham", asked: "dang-hoi" };
  const count = (from, to) => {
    if (from === to) return;
    const bar = document.getElementById("grid-done");
    bar.value += SETTLED.includes(to) - SETTLED.includes(from);
    bar.labels[0].textContent = words.done.replace("{done}", bar.value).replace("{total}", bar.max);
    for (const [state, by] of [[from, -1], [to, 1]]) {
      const chip = document.querySelector(`[data-count="${CHIPS[state]}"]`);
      if (chip) chip.textContent = Number(chip.textContent) + by;
    }
  };
  const act = async (row, form, verb) => {
    if (busy || !form) return;
    busy = true;
    say(words.saving);
    const data = new FormData(form);
    data.set("verb", verb);
    const from = row.dataset.state;
    try {
      const answer = await post(form.action, data);
      if (!answer.ok) { shown(form, answer) || refused(row, answer); return; }
      const fresh = saved(row, answer);
      count(from, fresh.dataset.state);
      close(false);
      next(fresh, `${part(fresh, "open").textContent}: ${answer.message}`);
    } catch {
      say(words.lost, "bad");
    } finally {
      busy = false;
    }
  };
  /* A refusal of a form of the panel is told in the panel. */
  const shown = (form, answer) => {
    if (!form.hasAttribute("data-judge")) return false;
    let place = form.querySelector("[data-refusal]");
    if (!place) { place = document.createElement("p"); place.className = "field__error"; place.dataset.refusal = ""; place.setAttribute("role", "alert"); form.prepend(place); }
    place.textContent = answer.message;
    say(answer.message, "bad");
    const input = answer.field && form.querySelector(`[name$="-${answer.field}"]`);
    if (input) input.focus();
    return true;
  };
  const formOf = (row) => row.querySelector("form");
  document.addEventListener("submit", (event) => {
    const form = event.target, verb = event.submitter && event.submitter.value;
    const row = form.closest("tr[data-leaf]") || (form.hasAttribute("data-judge") && rowOf(opened));
    if (!row || !verb) return;
    event.preventDefault();
    act(row, form, verb);
  });

  /* The panel */
  const open = async (row, focus = true) => {
    opened = row.dataset.leaf;
    const answer = await fetch(part(row, "open").href, { headers: { "X-Fragment": "1" } });
    if (!answer.ok || opened !== row.dataset.leaf) { if (!answer.ok) say(words.lost, "bad"); return false; }
    drawer.querySelector("[data-body]").innerHTML = await answer.text();
    drawer.hidden = false;
    if (focus) drawer.querySelector(".panel__title").focus();
    return true;
  };
  const close = (focus = true) => {
    if (drawer.hidden) return;
    drawer.hidden = true;
    opened = null;
    if (focus) choose(current());
  };
  const more = async (row, name) => {
    const here = !drawer.hidden && drawer.querySelector(`[data-panel="${row.dataset.leaf}"]`);
    if (!here && !(await open(row, false))) return;
    const fold = drawer.querySelector(`[data-more=${name}]`);
    if (!fold) { say(words.notOpen, "bad"); drawer.querySelector(".panel__title").focus(); return; }
    fold.open = true;
    fold.querySelector("textarea").focus();
  };
  drawer.querySelector("[data-close]").addEventListener("click", () => close());
  table.addEventListener("click", (event) => {
    const link = event.target.closest(".grid__open");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link.closest("tr"));
    open(link.closest("tr"));
  });

  /* Keys: letters are off while somebody types, and off for good where the person says so */
  try { single.checked = localStorage.getItem(KEYS) !== "off"; } catch { /* barred: they stay on */ }
  single.addEventListener("change", () => {
    try { localStorage.setItem(KEYS, single.checked ? "on" : "off"); } catch { /* barred */ }
  });
  const into = (name) => (row, inPanel) => {
    const input = inPanel ? drawer.querySelector(`[name^="appraise"][name$="-${name}"]`) : part(row, name);
    if (input) { input.focus(); input.select(); } else say(words.notOpen, "bad");
  };
  const agree = (row) => {
    const form = formOf(row), button = form && form.querySelector("[value=agree]");
    if (button) act(row, form, "agree"); else say(words.noAgree, "bad");
  };
  const letters = {
    j: () => step(1), k: () => step(-1), a: agree, p: into("points"), r: into("reason"),
    q: (row) => more(row, "ask"), x: (row) => more(row, "abstain"),
    "/": () => document.querySelector(".grid__filters a").focus(), "?": () => help.showModal(),
  };
  const arrows = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (help.open) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = target.form || (current() && formOf(current()));
      const first = form && form.querySelector("button[name=verb]");
      if (!first) return;
      event.preventDefault();
      act(form.closest("tr") || rowOf(opened), form, first.value);
    } else if (key === "Escape") {
      if (typing(target) && target.closest("tr")) choose(target.closest("tr")); else close();
    } else if (!typing(target) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const inPanel = drawer.contains(target);
      const run = (single.checked && letters[key]) || (!inPanel && arrows[key]);
      if (!run || (inPanel && key === "/")) return;
      event.preventDefault();
      run((inPanel && rowOf(opened)) || current() || rows()[0], inPanel);
    }
  });
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", () => help.showModal());
  document.getElementById("grid-bar").hidden = false;

  const named = location.hash && document.querySelector(`tr${location.hash.replace(/[^#\w-]/g, "")}`);
  choose(named || rows().find(untouched) || rows()[0], Boolean(named));
})();
