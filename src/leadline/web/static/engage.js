// Leadline, for a company's own site: tells which pages and videos somebody looked at who filled in a form. No cookies; the token
// that the form was answered with lies in the localStorage of this site, and nothing is sent before there is one.
//
//   <script src="https://LEADLINE/engage.js" data-pricing="/pricing" data-demo="#demo" defer></script>
//
// data-pricing: the beginning of the paths that are pricing pages. data-demo: a selector of <video> elements.
// The token comes as #leadline=TOKEN in the address, from a form in an iframe of LEADLINE, or by leadline.remember(TOKEN).
(() => {
  "use strict";
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const NAME = "leadline-token";
  const LOOKS_RIGHT = /^le_[\w-]{50,80}$/;
  let waiting = [];

  const keep = (store, name, value) => {
    try {
      store().setItem(name, value);
    } catch {
      // A browser that keeps nothing: the visit is told of while the page lives.
    }
  };
  const find = (store, name) => {
    try {
      return store().getItem(name);
    } catch {
      return null;
    }
  };
  let token = find(() => localStorage, NAME);

  const send = (type) => {
    const name = `leadline-${type}-${token.slice(-12)}`;
    if (find(() => sessionStorage, name)) return;
    keep(() => sessionStorage, name, "1");
    // text/plain and no credentials: no question beforehand, and it outlives the page.
    fetch(`${origin}/api/v1/events`, {
      method: "POST",
      body: JSON.stringify({ token, type }),
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      keepalive: true,
      mode: "cors",
    }).catch(() => {});
  };
  const tell = (type) => (token ? send(type) : waiting.push(type));
  const remember = (given) => {
    if (typeof given !== "string" || !LOOKS_RIGHT.test(given)) return;
    token = given;
    keep(() => localStorage, NAME, given);
    const told = waiting;
    waiting = [];
    told.forEach(send);
  };

  const inAddress = /^#leadline=(.+)$/.exec(location.hash);
  if (inAddress) {
    remember(inAddress[1]);
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  addEventListener("message", (event) => {
    if (event.origin === origin && event.data) remember(event.data.leadlineToken);
  });

  const pricing = script.dataset.pricing;
  const demo = script.dataset.demo;
  const isPricing = (path) => path === pricing || path.startsWith(pricing.endsWith("/") ? pricing : `${pricing}/`);
  if (pricing && isPricing(location.pathname)) tell("pricing_page_visit");
  if (demo) {
    // Media events do not bubble; they are caught on the way down. Half of it is watched.
    const watch = (event) => {
      const video = event.target;
      if (!(video instanceof HTMLVideoElement) || !video.matches(demo)) return;
      if (event.type === "ended" || video.currentTime >= video.duration / 2) tell("demo_video_watched");
    };
    addEventListener("timeupdate", watch, true);
    addEventListener("ended", watch, true);
  }
  // For players that are no <video>, and pages that never load anew.
  window.leadline = { remember, pricing: () => tell("pricing_page_visit"), watched: () => tell("demo_video_watched") };
})();
