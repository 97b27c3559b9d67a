/* The list as it changes: rows are replaced in place, a new hot lead slides in, and the row under the cursor never moves. */
"use strict";
(() => {
  const HIDDEN_MS = 30_000;
  const AGAIN_MS = 30_000;
  const HEAD_MS = 1_000;
  const HEAD_AGAIN_MS = 5_000;
  let stream = null;
  let address = "";
  let heard = "";
  let hiding = 0;
  let headWaits = false;
  let headAt = -HEAD_AGAIN_MS;

  const tbody = () => document.querySelector("#work tbody");

  function say(text) {
    const line = document.getElementById("said");
    if (line && text) line.textContent = text;
  }

  function rowOf(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector("tr");
  }

  function replace(old, row) {
    const link = old.contains(document.activeElement) ? document.activeElement.className : null;
    row.querySelector("input").checked = old.querySelector("input").checked;
    row.classList.toggle("is-live", old.classList.contains("is-live"));
    row.classList.toggle("is-cursor", old.classList.contains("is-cursor"));
    if (!old.classList.contains("is-live")) row.querySelector(".chip--live")?.remove();
    if (old.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
    const wasPick = document.activeElement === old.querySelector("input");
    old.replaceWith(row);
    if (link !== null) row.querySelector(wasPick ? "input" : ".who a").focus({ preventScroll: true });
  }

  /* At the top, where a hot lead belongs. What the reader points at, by key or by mouse, stays where it is: the page scrolls by the
     height of the new row, and where it cannot scroll, the new row goes under the one that is pointed at. */
  function slideIn(row) {
    const anchor = document.querySelector("#work tbody tr:focus-within, #work tbody tr.is-cursor, #work tbody tr:hover");
    const top = anchor && anchor.getBoundingClientRect().top;
    const scrolled = window.scrollY;
    tbody().prepend(row);
    if (!anchor) return;
    window.scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
    if (Math.abs(anchor.getBoundingClientRect().top - top) < 1) return;
    anchor.after(row);
    window.scrollTo({ top: scrolled, behavior: "instant" });
  }

  function takeLead(told) {
    const old = document.getElementById(`row-${told.id}`);
    if (old) replace(old, rowOf(told.html));
    else if (told.is_in && told.is_new && tbody()) slideIn(rowOf(told.html));
    else if (told.is_in && told.is_new && document.activeElement === document.body) return location.reload();
    say(told.say);
    return refreshHead();
  }

  /* Counts and the sentence above the list, at most once in a while. */
  function refreshHead() {
    if (headWaits) return;
    headWaits = true;
    const wait = Math.max(HEAD_MS, headAt + HEAD_AGAIN_MS - performance.now());
    setTimeout(() => {
      headWaits = false;
      headAt = performance.now();
      const head = document.getElementById("list-head");
      if (!head || head.contains(document.activeElement)) return;
      htmx.ajax("GET", location.href, { source: head, target: head, select: "#list-head", swap: "outerHTML" }).catch(() => {});
    }, wait);
  }

  function takeMany() {
    const toast = document.createElement("div");
    const link = document.createElement("a");
    toast.className = "toast";
    link.href = location.href;
    link.textContent = "Show them";
    toast.append("Many leads have changed. ", link);
    document.getElementById("toasts").replaceChildren(toast);
  }

  function listen() {
    const work = document.getElementById("work");
    const wanted = work && work.dataset.live;
    if (!wanted || document.hidden || (stream && wanted === address && stream.readyState !== EventSource.CLOSED)) return;
    close();
    if (wanted !== address) heard = "";
    address = wanted;
    const since = heard ? `${address.includes("?") ? "&" : "?"}since=${encodeURIComponent(heard)}` : "";
    const opened = new EventSource(address + since);
    stream = opened;
    const on = (name, take) =>
      opened.addEventListener(name, (event) => {
        heard = event.lastEventId || heard;
        take(JSON.parse(event.data));
      });
    on("lead", takeLead);
    on("many", takeMany);
    on("beat", () => {});
    on("over", (told) => {
      close();
      location.assign(told.to);
    });
    opened.addEventListener("error", () => {
      if (opened.readyState === EventSource.CLOSED && stream === opened) setTimeout(listen, AGAIN_MS);
    });
  }

  function close() {
    if (stream) stream.close();
    stream = null;
  }

  /* A browser keeps six connections to one host: pages that nobody looks at leave theirs to the others. */
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, HIDDEN_MS);
    else listen();
  });
  document.addEventListener("htmx:afterSettle", listen);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", listen);
  listen();
})();
