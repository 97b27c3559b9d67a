/* The lead's page without reloads. The forms and links say themselves what htmx does with them and work as they stand without it.
   Here: the form of an act opens in a dialog, a refusal is shown where the form stands, and the focus finds its way back. */
"use strict";
(() => {
  const dialog = () => document.getElementById("act-dialog");
  let opener = "";

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link?.dataset.dialog) opener = link.id;
    const isAway = event.target === dialog() || (link?.closest("dialog") && "cancel" in link.dataset);
    if (!isAway) return;
    event.preventDefault();
    dialog().close();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400 || !xhr.getResponseHeader("content-type")?.startsWith("text/html")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if (!xhr.responseText.includes('id="act"')) return;
    event.detail.target = dialog();
    event.detail.selectOverride = "#act";
    event.detail.swapOverride = "innerHTML";
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "act-dialog") return;
    if (!dialog().open) dialog().showModal();
    dialog().querySelector('[aria-invalid="true"], [autofocus], :checked, input:not([type=hidden]), select, textarea, .btn')?.focus();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "main" || document.activeElement !== document.body) return;
    (document.getElementById(opener) || document.getElementById("main")).focus({ preventScroll: true });
    opener = "";
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      const toast = document.createElement("div");
      toast.className = "toast toast--caution";
      toast.textContent = "The server does not answer. Nothing was done; try again in a moment.";
      document.getElementById("toasts").replaceChildren(toast);
    });
  }
})();
