// Leadline, for a company's own site: a form that stays in the page. No cookies; sessionStorage holds where the visitor came from.
//
//   <div data-leadline="https://LEADLINE/f/NAME"><a href="https://LEADLINE/f/NAME">Talk to us</a></div>     shows the form
//   <form action="https://LEADLINE/f/NAME" method="post" data-leadline> ... </form>                         sends a form of yours
//   <script src="https://LEADLINE/embed.js" async></script>
(() => {
  "use strict";
  const KEY = "leadline-came-from";
  const JSON_TYPE = { Accept: "application/json" };

  const cameFrom = () => {
    let kept = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(KEY)) || {};
    } catch {}
    kept.landing_page = kept.landing_page || location.href.split("#")[0].slice(0, 500);
    if (!kept.referrer && document.referrer && new URL(document.referrer).host !== location.host)
      kept.referrer = document.referrer.slice(0, 500);
    for (const [name, value] of new URLSearchParams(location.search))
      if (/^utm_(source|medium|campaign|term|content)$/.test(name) && value) kept[name] = value.slice(0, 500);
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {}
    return kept;
  };
  const came = cameFrom();

  const make = (tag, attributes, ...inside) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== false) made.setAttribute(name, value === true ? "" : value);
    made.append(...inside);
    return made;
  };
  const hidden = (form, name, value) => {
    if (!form.elements[name]) form.append(make("input", { type: "hidden", name, value }));
  };

  const control = (one) => {
    const shared = { name: one.name, required: one.required, autocomplete: one.autocomplete };
    if (one.kind === "area") return make("textarea", { ...shared, rows: 5, maxlength: one.width });
    if (one.kind !== "choice") return make("input", { ...shared, type: one.kind, maxlength: one.width });
    return make("select", shared, make("option", { value: "" }, ""), ...one.options.map((text) => make("option", {}, text)));
  };

  const shown = (address, said) => {
    const form = make("form", { action: address, method: "post", class: "leadline-form" });
    for (const one of said.fields) form.append(make("p", {}, make("label", {}, `${one.label} `, control(one))));
    form.append(make("p", { hidden: true }, make("input", { name: said.honeypot, tabindex: -1, autocomplete: "off" })));
    if (said.consent) {
      const box = make("input", { type: "checkbox", name: "consent", value: said.consent, required: true });
      form.append(make("p", {}, make("label", {}, box, ` ${said.consent}`)));
    }
    form.append(make("p", {}, make("button", {}, said.button)));
    return form;
  };

  const say = (form, text) => {
    let line = form.querySelector("[role=alert]");
    if (!line) form.prepend((line = make("p", { role: "alert", class: "leadline-notice" })));
    line.textContent = text;
  };
  const showFaults = (form, faults) => {
    form.querySelectorAll(".leadline-fault").forEach((old) => old.remove());
    form.querySelectorAll("[aria-invalid]").forEach((old) => old.removeAttribute("aria-invalid"));
    let first = null;
    for (const { pointer, detail } of faults) {
      const field = form.elements[pointer.slice(1)];
      if (!field || !field.setAttribute) continue;
      const id = `leadline-wrong-${field.name}`;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", id);
      (field.closest("label") || field).after(make("span", { id, class: "leadline-fault" }, detail));
      first = first || field;
    }
    if (first) first.focus();
  };

  const send = async (form) => {
    const button = form.querySelector("button:not([type=button])");
    if (button) button.disabled = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", headers: JSON_TYPE, body, credentials: "omit" });
      const said = await answer.json();
      if (!answer.ok) {
        say(form, said.detail);
        showFaults(form, said.errors || []);
        return;
      }
      if (said.token && window.leadline) window.leadline.remember(said.token);
      if (said.redirect_to) location.assign(said.redirect_to);
      const thanks = make("p", { role: "status", tabindex: -1, class: "leadline-thanks" }, said.thanks);
      form.replaceWith(thanks);
      thanks.focus();
    } catch {
      // No answer that may be read: the browser sends it as it would without this script.
      form.submit();
    } finally {
      if (button) button.disabled = false;
    }
  };

  const enhance = (form, token) => {
    for (const [name, value] of Object.entries(came)) hidden(form, name, value);
    hidden(form, "ll_token", token);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  };

  const begin = async (place) => {
    const isForm = place.tagName === "FORM";
    const address = isForm ? place.action : place.dataset.leadline;
    const said = await (await fetch(address, { headers: JSON_TYPE, credentials: "omit" })).json();
    if (isForm) return enhance(place, said.token);
    if (said.turnstile) {
      const src = `${address}?${new URLSearchParams(came)}`;
      return place.replaceChildren(make("iframe", { src, title: said.title, width: "100%", height: 760 }));
    }
    const form = shown(address, said);
    enhance(form, said.token);
    place.replaceChildren(form);
  };
  // Where nobody answers, what stands in the page goes on working: the link, or the form by itself.
  const all = () => document.querySelectorAll("[data-leadline]").forEach((place) => begin(place).catch(() => {}));
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", all);
  else all();
})();
