/* The first lead is looked for as soon as the stream of changes speaks of one; without the stream htmx looks now and then. */
"use strict";
(() => {
  const waiting = document.getElementById("first-lead");
  if (!waiting || !waiting.hasAttribute("hx-get")) return;
  const stream = new EventSource("/live?list=all");
  for (const name of ["lead", "many"]) stream.addEventListener(name, () => htmx.trigger(waiting, "lead"));
  stream.addEventListener("over", told => location.assign(JSON.parse(told.data).to));
  document.body.addEventListener("htmx:afterSwap", () => stream.close(), { once: true });
  window.addEventListener("pagehide", () => stream.close());
})();
