/* Saves each leaf while a person types (design 5). The forms work without this script.

A save counts only once the server has answered that it is committed. Until then the text also lies
in this browser's own store, so that a lost connection, a closed lid or the end of the session
costs nothing: it comes back into the form and is sent again. A save carries a random key; when only
its answer was lost, the server knows the next one by it instead of calling it a conflict. */
"use strict";
(() => {
  const bar = document.querySelector("[data-saving-bar]");
  if (!bar) return;
  const words = bar.dataset;
  const TYPING_PAUSE = 1200;
  const RETRIES = [2000, 5000, 10000, 30000];
  const KEEP_DAYS = 14;
  const PREFIX = `cchc:leaf:${words.owner}:`;
  const leaves = new Map();

  const clock = (at) => at.toLocaleTimeString("vi-VN", { hour12: false });
  const token = () => {
    const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
    return found ? decodeURIComponent(found[1]) : "";
  };
  const store = {
    read(path) {
      try { return JSON.parse(localStorage.getItem(PREFIX + path)); } catch { return null; }
    },
    write(path, copy) {
      try { localStorage.setItem(PREFIX + path, JSON.stringify(copy)); } catch { /* full or barred: the page still holds it */ }
    },
    drop(path) {
      try { localStorage.removeItem(PREFIX + path); } catch { /* barred */ }
    },
    sweep() {
      try {
        for (const name of Object.keys(localStorage)) {
          if (!name.startsWith("cchc:leaf:")) continue;
          const copy = JSON.parse(localStorage.getItem(name));
          if (!copy || Date.now() - copy.at > KEEP_DAYS * 86400000) localStorage.removeItem(name);
        }
      } catch { /* barred */ }
    },
  };

  class Leaf {
    constructor(form) {
      this.form = form;
      this.path = new URL(form.action).pathname;
      this.section = form.closest("section");
      this.timer = 0;
      this.tries = 0;
      this.edits = 0;
      this.key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
      this.state = form.closest("section").querySelector("[data-conflict]") ? "conflict" : "clean";
      this.sent = this.values();
      form.addEventListener("input", () => this.changed(TYPING_PAUSE));
      form.addEventListener("change", () => this.changed(0));
      form.addEventListener("submit", (event) => {
        if (event.submitter && event.submitter.name === "then") {
          store.drop(this.path);
          this.state = "leaving";
          return;
        }
        event.preventDefault();
        this.save(true);
      });
      const discard = this.section.querySelector("[data-discard]");
      if (discard) discard.addEventListener("click", (event) => {
        event.preventDefault();
        store.drop(this.path);
        this.state = "leaving";
        location.hash = this.section.id;
        location.reload();
      });
      this.restore();
    }

    values() {
      const found = new FormData(this.form);
      found.delete("csrfmiddlewaretoken");
      return JSON.stringify([...found.entries()].filter(([, value]) => typeof value === "string"));
    }

    /* While a conflict is open the copy names no version that exists: coming back to it shows the
       conflict again and overwrites nothing unasked. */
    keep() {
      const pairs = JSON.parse(this.values());
      if (this.state === "conflict") for (const pair of pairs) if (pair[0] === "version") pair[1] = "0";
      store.write(this.path, { at: Date.now(), key: this.key, values: JSON.stringify(pairs) });
    }

    /* Put back what was typed and never acknowledged. Its version goes with it, so that a save of
       somebody else in between still shows as a conflict. */
    restore() {
      const copy = store.read(this.path);
      if (!copy || this.state === "conflict") return;
      if (copy.values === this.sent) { store.drop(this.path); return; }
      const values = new Map(JSON.parse(copy.values));
      for (const input of this.form.elements) {
        if (!input.name || input.name === "csrfmiddlewaretoken" || input.type === "submit") continue;
        if (input.type === "radio" || input.type === "checkbox") input.checked = values.get(input.name) === input.value;
        else if (values.has(input.name)) input.value = values.get(input.name);
      }
      this.key = copy.key;
      this.say(words.restored.replace("{time}", new Date(copy.at).toLocaleString("vi-VN", { hour12: false })));
      this.state = "typing";
      this.edits += 1;
      this.later(0);
      tell();
    }

    changed(pause) {
      if (this.state === "leaving") return;
      this.edits += 1;
      this.keep();
      if (this.state === "conflict") return;
      if (this.state !== "saving") this.state = "typing";
      this.say(words.typing);
      this.later(pause);
      tell();
    }

    later(pause) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(false), pause);
    }

    async save(asked) {
      clearTimeout(this.timer);
      if (this.state === "saving" || this.state === "leaving") return;
      if (this.state === "conflict" && !asked) return;
      if (!asked && this.values() === this.sent) { this.clean(); return; }
      this.state = "saving";
      this.say(words.saving);
      tell();
      const edits = this.edits;
      const values = this.values();
      const body = new FormData(this.form);
      body.set("key", this.key);
      body.delete("csrfmiddlewaretoken"); // the header brings the token of the session as it is now
      let answer = null;
      try {
        const response = await fetch(this.form.action, {
          method: "POST", body, keepalive: values.length < 60000, credentials: "same-origin",
          headers: { Accept: "application/json", "X-CSRFToken": token() },
        });
        const isJson = (response.headers.get("Content-Type") || "").startsWith("application/json");
        answer = { status: response.status, data: isJson ? await response.json() : {} };
        // A page instead of JSON: the token belongs to an earlier session, or a proxy speaks.
        if (!isJson) answer.status = response.status === 403 ? 401 : 503;
      } catch { /* no connection */ }
      this.settle(answer, edits, values);
      // What was typed while the save was under way waits for no further key.
      if (edits !== this.edits && this.state === "refused") this.later(TYPING_PAUSE);
      tell();
    }

    settle(answer, edits, values) {
      if (answer && answer.status === 200) return this.saved(answer.data, edits, values);
      if (answer && answer.status === 409) return this.conflict(answer.data);
      if (answer && answer.status === 422) return this.errors(answer.data.errors || {});
      if (answer && answer.status === 401) { this.state = "signed-out"; this.say(words.signedOut); return this.retry(); }
      if (answer && answer.status < 500) {
        this.state = "refused";
        return this.say(answer.data.refused || words.refused, true);
      }
      this.state = "offline";
      this.say(words.offline, true);
      return this.retry();
    }

    retry() {
      this.keep();
      this.later(RETRIES[Math.min(this.tries, RETRIES.length - 1)]);
      this.tries += 1;
    }

    saved(data, edits, values) {
      this.tries = 0;
      this.key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
      this.form.elements.version.value = data.version;
      this.sent = this.values();
      this.section.querySelector("[data-points]").innerHTML = data.html;
      this.clearErrors();
      const conflict = this.section.querySelector("[data-conflict]");
      if (conflict) conflict.remove();
      mark(this.section.id, data.complete);
      refresh();
      if (edits !== this.edits) {
        this.state = "typing";
        this.sent = values;
        this.keep();
        return this.later(TYPING_PAUSE);
      }
      return this.clean(words.saved.replace("{time}", data.at || clock(new Date())));
    }

    clean(text) {
      store.drop(this.path);
      this.state = "clean";
      this.say(text || "");
    }

    conflict(data) {
      const holder = document.createElement("div");
      holder.innerHTML = data.html;
      const fresh = holder.querySelector("section");
      leaves.delete(this.path);
      clearTimeout(this.timer);
      this.section.replaceWith(fresh);
      const form = fresh.querySelector("form[data-autosave]");
      if (!form) { this.state = "refused"; return; }
      const next = new Leaf(form);
      leaves.set(next.path, next);
      next.keep();
      next.say(words.conflict, true);
      fresh.querySelector("[data-conflict]").focus();
    }

    errors(found) {
      this.state = "refused";
      this.clearErrors();
      for (const [name, texts] of Object.entries(found)) {
        const inputs = name ? this.form.elements[name] : null;
        const input = inputs && (inputs.length && !inputs.tagName ? inputs[0] : inputs);
        const field = input ? input.closest(".field") : null;
        const line = document.createElement("p");
        line.className = "field__error";
        line.dataset.scripted = "";
        line.id = `${this.section.id}-${name || "form"}-told`;
        line.textContent = texts.join(" ");
        if (field) {
          field.classList.add("field--invalid");
          field.append(line);
          input.setAttribute("aria-invalid", "true");
          const described = (input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
          if (!described.includes(line.id)) input.setAttribute("aria-describedby", [...described, line.id].join(" "));
        } else this.form.prepend(line);
      }
      this.say(words.refused, true);
    }

    clearErrors() {
      for (const line of this.form.querySelectorAll("[data-scripted]")) line.remove();
      for (const field of this.form.querySelectorAll(".field--invalid")) {
        field.classList.remove("field--invalid");
        for (const old of field.querySelectorAll("[id$=_error]")) old.remove();
        for (const input of field.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
      }
    }

    say(text, bad) {
      const line = this.form.querySelector("[data-saving]");
      if (!line) return;
      line.textContent = text;
      this.said = text;
      line.classList.toggle("leaf__saving--bad", Boolean(bad));
    }

    get waits() { return !["clean", "leaving"].includes(this.state); }
  }

  const mark = (id, complete) => {
    const place = document.querySelector(`[data-mark-of="${id}"]`);
    if (!place) return;
    place.querySelector("[data-complete]").hidden = !complete;
    place.querySelector("[data-incomplete]").hidden = complete;
  };

  /* The sums at the head of the page and what changed since last year, read anew once a person pauses. */
  let sums = 0;
  const refresh = () => {
    clearTimeout(sums);
    sums = setTimeout(async () => {
      try {
        const response = await fetch(location.pathname, { credentials: "same-origin" });
        if (!response.ok) return;
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        for (const fresh of page.querySelectorAll("[data-progress], [data-since]")) {
          const since = fresh.dataset.since;
          const old = document.querySelector(since ? `[data-since="${since}"]` : "[data-progress]");
          if (old) old.replaceWith(document.importNode(fresh, true));
        }
      } catch { /* shown at the next visit */ }
    }, TYPING_PAUSE * 2);
  };

  /* One line at the foot of the window: only while something is unsaved. */
  const tell = () => {
    const waiting = [...leaves.values()].filter((leaf) => leaf.waits);
    bar.hidden = waiting.length === 0;
    bar.replaceChildren();
    if (!waiting.length) return;
    const worst = ["signed-out", "offline", "conflict", "refused"].find((state) => waiting.some((leaf) => leaf.state === state));
    const first = waiting.find((leaf) => leaf.state === worst);
    const said = first ? first.said : "";
    const codes = waiting.map((leaf) => leaf.form.dataset.code).join(", ");
    bar.classList.toggle("saving-bar--bad", Boolean(worst));
    bar.append(words.waiting.replace("{codes}", codes), " ", said || "");
    if (worst === "signed-out") {
      const link = document.createElement("a");
      link.href = words.login;
      link.target = "_blank";
      link.textContent = words.signIn;
      bar.append(" ", link);
    }
  };

  const again = () => {
    for (const leaf of leaves.values()) {
      if (["offline", "signed-out"].includes(leaf.state)) { leaf.tries = 0; leaf.later(0); }
    }
  };

  store.sweep();
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const leaf = new Leaf(form);
    leaves.set(leaf.path, leaf);
  }
  window.addEventListener("online", again);
  window.addEventListener("focus", again);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) for (const leaf of leaves.values()) { if (leaf.state === "typing") leaf.save(false); }
    else again();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      for (const leaf of leaves.values()) if (leaf.waits) leaf.save(leaf.state !== "conflict");
    }
  });
  window.addEventListener("beforeunload", (event) => {
    const held = ["offline", "signed-out", "conflict"];
    if ([...leaves.values()].some((leaf) => held.includes(leaf.state))) event.preventDefault();
  });
})();
