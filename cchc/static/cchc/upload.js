/* Uploads with progress: several files dropped at once, or the form's one file (design 5).
   Without this script the form sends its file by itself.

   Each file has a row with its name, size, percentage, and the server's own sentence at the end. A
   refused file stays chosen in the form, so nothing has to be looked for again. */
"use strict";
(() => {
  const drop = document.querySelector("[data-drop]");
  const results = document.querySelector("[data-results]");
  if (!drop || !results) return;
  const words = drop.dataset;
  const rows = results.querySelector("[data-rows]");
  const told = results.querySelector("[data-told]");
  const AT_ONCE = 2;
  const files = [];

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    if (text) node.textContent = text;
    return node;
  };
  const sizeOf = (bytes) => {
    const units = ["byte", "KB", "MB", "GB"];
    let size = bytes, unit = 0;
    while (size >= 1024 && unit < 3) { size /= 1024; unit += 1; }
    return `${size.toLocaleString("vi-VN", { maximumFractionDigits: unit ? 1 : 0 })} ${units[unit]}`;
  };
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  // As the server keeps it: no folders, and no marks that turn the text around.
  const clean = (name) => name.split(/[\\/]/).pop().replace(/[\p{Cc}\p{Cf}]/gu, "");
  const ending = (name) => (name.includes(".") ? `.${name.split(".").pop().toLowerCase()}` : "");
  const stem = (name) => name.replace(/\.[^.]*$/, "").trim() || name;

  class Sending {
    constructor(file, body, after) {
      this.file = file;
      this.name = clean(file.name);
      this.body = body;
      this.after = after;
      this.state = "waiting";
      this.row = make("li", "drop__row");
      const head = make("p");
      head.append(make("strong", "", this.name), ` ${sizeOf(file.size)}`);
      this.bar = make("progress");
      this.bar.max = 100;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", this.name);
      this.line = make("p", "drop__state");
      this.row.append(head, this.bar, this.line);
      rows.append(this.row);
      this.show(words.waiting);
    }

    show(text) { this.line.textContent = text; }

    unfit() {
      if (!words.kinds.split(" ").includes(ending(this.name))) return words.kind;
      const limit = Number(words.max);
      return this.file.size > limit ? words.large.replace("{limit}", sizeOf(limit)) : "";
    }

    start() {
      const unfit = this.unfit();
      if (unfit) { this.fail(unfit, false); return; }
      this.state = "sending";
      this.row.className = "drop__row";
      const request = new XMLHttpRequest();
      request.open("POST", location.pathname);
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", token());
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.floor((event.loaded / event.total) * 100);
        this.bar.value = percent;
        this.show(percent < 100 ? `${words.sending}: ${percent}%` : words.checking);
      });
      request.addEventListener("load", () => this.answered(request));
      request.addEventListener("error", () => this.fail(words.offline, true));
      request.addEventListener("abort", () => this.fail(words.offline, true));
      request.send(this.body());
    }

    answered(request) {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page: the status tells enough */ }
      if (request.status === 201) { this.succeed(answer); return; }
      if (request.status === 401 || request.status === 403) { this.fail(words.signedOut, true); return; }
      this.fail(answer.message || words.broken, !answer.message);
    }

    succeed(answer) {
      this.state = "done";
      this.row.classList.add("drop__row--done");
      this.bar.value = 100;
      this.show(`✓ ${answer.message}`);
      const link = make("a", "", words.open);
      link.href = answer.url;
      this.row.append(link);
      this.after(answer);
      next();
    }

    fail(text, worthAgain) {
      this.state = "failed";
      this.row.classList.add("drop__row--bad");
      this.show(`✗ ${text}`);
      if (worthAgain) {
        const again = make("button", "button button--quiet", words.again);
        again.type = "button";
        again.append(make("span", "visually-hidden", ` ${this.name}`));
        again.addEventListener("click", () => { again.remove(); this.state = "waiting"; this.show(words.waiting); next(); this.bar.focus(); });
        this.row.append(again);
      }
      this.refused?.();
      next();
    }
  }

  const count = (state) => files.filter((file) => file.state === state).length;
  function next() {
    for (const file of files) {
      if (count("sending") >= AT_ONCE) break;
      if (file.state === "waiting") file.start();
    }
    if (count("sending") || count("waiting") || !files.length) { told.textContent = ""; return; }
    told.textContent = `${words.summary.replace("{done}", count("done")).replace("{all}", files.length).replace("{failed}", count("failed"))} `;
    if (count("done")) {
      const link = make("a", "", words.show);
      link.href = location.pathname;
      told.append(link);
    }
  }

  const take = (list) => {
    for (const file of list) {
      files.push(new Sending(file, () => {
        const body = new FormData();
        body.append(words.flag, "1");
        body.append("abstract", stem(clean(file.name)));
        body.append("upload", file);
        return body;
      }, () => {}));
    }
    next();
  };

  const zone = drop.querySelector(".drop__zone");
  const pick = drop.querySelector("[data-pick]");
  const carriesFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  pick.addEventListener("change", () => { take(pick.files); pick.value = ""; });
  zone.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add("drop__zone--over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("drop__zone--over"));
  zone.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("drop__zone--over");
    take(event.dataTransfer.files);
  });
  // A file dropped beside the zone would replace the page and all that was typed.
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => { if (carriesFiles(event)) event.preventDefault(); });
  }
  window.addEventListener("beforeunload", (event) => { if (count("sending")) event.preventDefault(); });

  const form = document.querySelector("form[data-upload]");
  form?.addEventListener("submit", (event) => {
    const chosen = form.querySelector("input[type=file]").files[0];
    if (!chosen) return; // the server says that a file is missing
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    const sending = new Sending(chosen, () => {
      const body = new FormData(form);
      if (form.dataset.upload) body.append(form.dataset.upload, "1");
      return body;
    }, (answer) => {
      button.disabled = false;
      form.reset();
      if (form.dataset.upload) location.assign(location.pathname); else location.assign(answer.url);
    });
    sending.refused = () => { button.disabled = false; };
    files.push(sending);
    next();
    sending.row.scrollIntoView({ block: "nearest" });
  });
  drop.hidden = false;
})();
