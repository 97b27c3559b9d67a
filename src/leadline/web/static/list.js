/* The work list under the hands: the cursor, the chosen rows, and acts that do not reload the page.
   Everything here works by plain forms and links without it. Other scripts ask for a verb: see VERBS. */
"use strict";
(() => {
  const KEPT = "leadline.cursor";
  const REST_MS = 120;
  const work = () => document.getElementById("work");
  const rows = () => [...document.querySelectorAll("#work tbody tr")];
  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  const linkOf = (row) => row.querySelector(".who a");
  const ticked = () => rows().filter((row) => boxOf(row).checked);
  const cursor = () => document.querySelector("#work tbody tr.is-cursor");
  let kept = sessionStorage.getItem(KEPT);
  let place = 0;
  let resting = 0;

  function say(text) {
    const line = document.getElementById("said");
    if (line) line.textContent = text;
  }

  function warn(text) {
    const toast = document.createElement("div");
    toast.className = "toast toast--caution";
    toast.textContent = text;
    document.getElementById("toasts").replaceChildren(toast);
  }

  /* The cursor is where the focus is, so that a screen reader hears what the eye sees. */
  function put(row, { focus = true } = {}) {
    for (const other of document.querySelectorAll("#work tr.is-cursor")) {
      if (other === row) continue;
      other.classList.remove("is-cursor");
      other.removeAttribute("aria-current");
    }
    if (!row) return;
    row.classList.add("is-cursor");
    row.setAttribute("aria-current", "true");
    kept = row.dataset.id;
    place = rows().indexOf(row);
    sessionStorage.setItem(KEPT, kept);
    show(row);
    if (focus) {
      linkOf(row).focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
  }

  /* The lead beside the list: read once the cursor rests, and again when its row has changed. Where the screen is too narrow for
     it nothing is asked for. */
  function show(row) {
    const panel = document.getElementById("panel");
    if (!panel || !row || getComputedStyle(panel).display === "none") return;
    const wanted = `${row.dataset.id}.${boxOf(row).value}`;
    if (panel.dataset.shown === wanted) return;
    panel.dataset.shown = wanted;
    clearTimeout(resting);
    resting = setTimeout(async () => {
      try {
        const answer = await fetch(`/leads/${row.dataset.id}/panel`);
        const text = answer.ok && !answer.redirected ? await answer.text() : "";
        if (panel.dataset.shown === wanted) panel.innerHTML = text;
      } catch {
        delete panel.dataset.shown;
      }
    }, panel.childElementCount ? REST_MS : 0);
  }

  const showSome = () => show(cursor() || rows()[0]);

  /* After rows were replaced or left: the cursor stays on its lead, or goes to the one that took its place. */
  function restore({ focus }) {
    const all = rows();
    const row = document.getElementById(`row-${kept}`) || all[Math.min(place, all.length - 1)];
    if (row && kept) put(row, { focus });
    else showSome();
  }

  /* Whether the focus went away with a row that was replaced, and nothing else took it. */
  const isFree = () => document.activeElement === document.body && !document.querySelector(":popover-open");

  function move(step) {
    const all = rows();
    const at = all.indexOf(cursor());
    const row = at < 0 ? all[0] : all[at + step];
    if (row) put(row);
    else if (all.length) say(step > 0 ? "This is the last lead of the page." : "This is the first lead of the page.");
  }

  function chosen() {
    const some = ticked();
    if (some.length) return some;
    const row = cursor();
    if (!row) say("Choose a lead first: j moves, x selects.");
    return row ? [row] : [];
  }

  /* Each request hangs on an element of its own: htmx keeps only the last one that waits for the same element. */
  async function send(some, fields) {
    if (!some.length) return;
    const form = work();
    const values = { _csrf_token: form.elements._csrf_token.value, back: form.elements.back.value, ...fields };
    for (const row of some) {
      values[boxOf(row).name] = boxOf(row).value;
      row.classList.add("is-busy");
    }
    const source = document.createElement("span");
    source.hidden = true;
    document.body.append(source);
    try {
      await htmx.ajax("POST", "/leads/bulk", { source, values, swap: "none" });
    } catch {
      // No answer: `htmx:sendError` says so.
    } finally {
      source.remove();
      for (const row of rows()) row.classList.remove("is-busy");
      restore({ focus: isFree() });
    }
  }

  function openMenu(id) {
    const menu = document.getElementById(id);
    if (!menu) return say("That is for managers. c claims a lead that nobody has.");
    const some = chosen();
    if (!some.length) return undefined;
    for (const row of some) boxOf(row).checked = true;
    menu.showPopover();
    return (menu.querySelector("[autofocus], button, select, textarea") || menu).focus();
  }

  const VERBS = {
    next: () => move(1),
    previous: () => move(-1),
    open: () => cursor() && linkOf(cursor()).click(),
    pick: () => cursor() && boxOf(cursor()).click(),
    claim: () => send(chosen(), { act: "claim" }),
    contacted: () => {
      const some = chosen();
      const done = send(some, { act: "status:Contacted" });
      if (some.length === 1 && some[0] === cursor()) move(1);
      return done;
    },
    assign: () => openMenu("to-assign"),
    status: () => openMenu("to-status"),
    note: () => openMenu("to-note"),
    more: () => openMenu("to-more"),
    search: () => document.getElementById("q").select(),
    undo: () => document.querySelector("#toasts form button")?.click(),
    clear: () => work().reset(),
  };

  document.addEventListener("leadline:verb", (event) => VERBS[event.detail]?.());

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("#work tbody tr");
    if (row && row !== cursor()) put(row, { focus: false });
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#panel [data-verb]");
    const row = button && document.getElementById(`row-${button.closest("[data-id]").dataset.id}`);
    if (!row) return;
    work().reset();
    put(row);
    VERBS[button.dataset.verb]();
  });

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target !== work() || !button || button.hasAttribute("data-plain")) return;
    event.preventDefault();
    for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
    const own = button.name === "claim" ? [button.closest("tr")] : ticked();
    const typed = Object.fromEntries(new FormData(work()));
    const { reason, why, note } = typed;
    const act = button.name === "claim" ? "claim" : button.value;
    send(own, { act, reason: reason ?? "", why: why ?? "", note: note ?? "" });
    for (const text of work().querySelectorAll("textarea")) text.value = "";
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#filters select")) event.target.form.requestSubmit();
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => warn("The server does not answer. Nothing was done; try again in a moment."));
  }
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status !== 401) warn(`This was not done (${status}). Reload the page and try again.`);
  });
  /* At once: the next key must find the cursor on the row that took the place of the old one. */
  document.addEventListener("htmx:oobAfterSwap", () => restore({ focus: isFree() }));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "main") restore({ focus: false });
  });
  window.addEventListener("resize", showSome);
  restore({ focus: false });
})();
