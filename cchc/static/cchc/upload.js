/* Uploads with progress: several files dropped at once, or the form's one file (design 5).
   Without this script the form sends its file by itself.

   Each dropped file has a row with its name, size, percentage, and the server's own sentence at the
   end. What is wrong with the form is said in the form, beside its inputs; its refused file stays
   chosen, so nothing has to be looked for again. */
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

  const unfit = (file) => {
    if (!words.kinds.split(" ").includes(ending(clean(file.name)))) return words.kind;
    const limit = Number(words.max);
    return file.size > limit ? words.large.replace("{limit}", sizeOf(limit)) : "";
  };
  // answered(status, answer) or lost() is called once; progress(percent) before.
  const send = (body, { progress, answered, lost }) => {
    const request = new XMLHttpRequest();
    request.open("POST", location.pathname);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", token());
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(Math.floor((event.loaded / event.total) * 100));
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* an error page: the status tells enough */ }
      answered(request.status, answer);
    });
    request.addEventListener("error", lost);
    request.addEventListener("abort", lost);
    request.send(body);
  };
  const progressed = (percent) => (percent < 100 ? `${words.sending}: ${percent}%` : words.checking);
  const signedOut = (status) => status === 401 || status === 403;

  class Sending {
    constructor(file, body) {
      this.file = file;
      this.name = clean(file.name);
      this.body = body;
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

    start() {
      const text = unfit(this.file);
      if (text) { this.fail(text, false); return; }
      this.state = "sending";
      this.row.className = "drop__row";
      send(this.body(), {
        progress: (percent) => { this.bar.value = percent; this.show(progressed(percent)); },
        answered: (status, answer) => this.answered(status, answer),
        lost: () => this.fail(words.offline, true),
      });
    }

    answered(status, answer) {
      if (status === 201) { this.succeed(answer); return; }
      if (signedOut(status)) { this.fail(words.signedOut, true); return; }
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
      }));
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
  class Form {
    constructor(form) {
      this.form = form;
      this.busy = false;
      this.button = form.querySelector("[type=submit]");
      this.input = form.querySelector("input[type=file]");
      this.line = make("p", "drop__state");
      this.line.setAttribute("role", "status");
      form.querySelector(".actions").before(this.line);
      form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    }

    send() {
      if (this.busy) return;
      this.clear();
      const file = this.input.files[0];
      const text = file ? unfit(file) : "";
      if (text) { this.refuse([{ id: this.input.id, text }]); return; }
      const body = new FormData(this.form);
      body.append(this.form.dataset.upload || words.flag, "1");
      body.append("then", "page"); // what was done is said on the page that follows
      this.wait(true);
      send(body, {
        progress: (percent) => { this.line.textContent = progressed(percent); },
        answered: (status, answer) => this.answered(status, answer),
        lost: () => this.refuse([{ id: "", text: words.offline }]),
      });
    }

    wait(busy) {
      this.busy = busy;
      this.button.disabled = busy;
      if (!busy) this.line.textContent = "";
    }

    answered(status, answer) {
      if (status === 201) {
        this.busy = false;
        location.assign(this.form.dataset.upload ? location.pathname : answer.url);
        return;
      }
      const text = signedOut(status) ? words.signedOut : words.broken;
      this.refuse(answer.errors || [{ id: "", text }]);
    }

    refuse(errors) {
      this.wait(false);
      const summary = document.querySelector("[data-problem]").content.firstElementChild.cloneNode(true);
      for (const { id, text } of errors) {
        const item = make("li");
        const input = id && document.getElementById(id);
        if (input) {
          const link = make("a", "", this.named(input, text));
          link.href = `#${id}`;
          item.append(link);
          this.beside(input, text, summary.querySelector(".icon"));
        } else item.textContent = text;
        summary.querySelector("ul").append(item);
      }
      this.form.prepend(summary);
      summary.focus();
    }

    named(input, text) {
      const label = input.labels[0]?.firstChild.textContent.trim() || "";
      return text.toLowerCase().startsWith(label.toLowerCase()) ? text : `${label}: ${text}`;
    }

    // As templates/_components/field.html writes it.
    beside(input, text, icon) {
      const name = `${input.id}_error`;
      let box = document.getElementById(name);
      if (!box) {
        box = make("div");
        box.id = name;
        input.before(box);
        input.setAttribute("aria-invalid", "true");
        input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${name}`.trim());
        input.closest(".field").classList.add("field--invalid");
      }
      const said = make("p", "field__error");
      said.append(icon.cloneNode(true), make("span", "", text));
      box.append(said);
    }

    clear() {
      this.form.querySelector(".error-summary")?.remove();
      for (const input of this.form.querySelectorAll("[aria-invalid]")) {
        const name = `${input.id}_error`;
        document.getElementById(name)?.remove();
        input.removeAttribute("aria-invalid");
        const others = (input.getAttribute("aria-describedby") || "").split(" ").filter((one) => one !== name);
        input.setAttribute("aria-describedby", others.join(" "));
        input.closest(".field").classList.remove("field--invalid");
      }
    }
  }

  const found = document.querySelector("form[data-upload]");
  const single = found && new Form(found);
  window.addEventListener("beforeunload", (event) => { if (count("sending") || single?.busy) event.preventDefault(); });
  document.querySelector(".error-summary")?.focus();
  drop.hidden = false;
})();
