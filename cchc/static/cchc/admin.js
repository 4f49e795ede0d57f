/* Gives the admin's search boxes (select2) the name of their field; the widget leaves them nameless. */
"use strict";
(() => {
  const nameOf = (select) =>
    select.getAttribute("aria-label") ||
    (select.labels.length ? select.labels[0].textContent.trim().replace(/:$/, "") : "");

  const label = () => {
    for (const box of document.querySelectorAll("select.select2-hidden-accessible + .select2")) {
      const name = nameOf(box.previousElementSibling);
      for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [role=searchbox]")) {
        if (name) part.setAttribute("aria-label", name);
      }
    }
  };

  // The widget comes when it likes, with the page or with a new row; attributes wake no observer.
  new MutationObserver(label).observe(document.body, { childList: true, subtree: true });
  label();
})();
