/* Keys of the work list. One table binds them and draws their sheet and the hints under the list, so neither can lie.
   The sheet turns them off: single keys are in the way of speech input and of some screen readers. */
"use strict";
(() => {
  const OFF = "leadline.keys-off";
  const KEYS = [
    { keys: ["j", "ArrowDown"], verb: "next", says: "Next lead", hint: "move" },
    { keys: ["k", "ArrowUp"], verb: "previous", says: "Previous lead" },
    { keys: ["Enter"], verb: "open", says: "Open the lead" },
    { keys: ["x"], verb: "pick", says: "Select, or not", hint: "select" },
    { keys: ["c"], verb: "claim", says: "Claim", hint: "claim" },
    { keys: ["e"], verb: "contacted", says: "Contacted, and on to the next", hint: "contacted, next" },
    { keys: ["a"], verb: "assign", says: "Assign", hint: "assign", needs: "to-assign" },
    { keys: ["s"], verb: "status", says: "Status", hint: "status" },
    { keys: ["n"], verb: "note", says: "Note", hint: "note" },
    { keys: ["m"], verb: "more", says: "Priority, spam, delete", needs: "to-more" },
    { keys: ["z"], verb: "undo", says: "Undo, while it is offered" },
    { keys: ["/"], verb: "search", says: "Search" },
    { keys: ["Escape"], verb: "clear", says: "Clear the selection" },
    { keys: ["?"], verb: "sheet", says: "This sheet" },
  ];
  const NAMES = { Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" };
  const BY_KEY = new Map(KEYS.flatMap((line) => line.keys.map((key) => [key, line])));
  const isOff = () => localStorage.getItem(OFF) === "1";
  const isOffered = (line) => !line.needs || document.getElementById(line.needs);

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }
  const kbd = (key) => element("kbd", "", NAMES[key] || key);

  function drawSheet() {
    const list = element("dl", "keysheet");
    for (const line of KEYS.filter(isOffered)) {
      list.append(element("dt", "", ...line.keys.flatMap((key) => [kbd(key), " "])), element("dd", "", line.says));
    }
    const box = element("input", "");
    box.type = "checkbox";
    box.checked = !isOff();
    box.addEventListener("change", () => {
      localStorage.setItem(OFF, box.checked ? "0" : "1");
      drawHints();
    });
    const close = element("button", "btn", "Close");
    const sheet = element("div", "menu", element("h2", "", "Keys"), list);
    sheet.append(element("label", "check", box, "Use these keys"), element("div", "acts", close));
    Object.assign(sheet, { id: "key-sheet", popover: "auto" });
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", "Keys");
    Object.assign(close, { type: "button", popoverTargetElement: sheet, popoverTargetAction: "hide" });
    document.body.append(sheet);
    const opener = element("button", "btn btn--quiet keys", kbd("?"), "keys");
    Object.assign(opener, { type: "button", popoverTargetElement: sheet });
    document.querySelector(".masthead__end").prepend(opener);
    return sheet;
  }

  function drawHints() {
    const foot = document.getElementById("key-hints");
    if (!foot) return;
    const shown = isOff() ? [] : KEYS.filter((line) => line.hint && isOffered(line));
    foot.replaceChildren(
      ...shown.map((line) => {
        const keys = line.verb === "next" ? [kbd("j"), " ", kbd("k")] : [kbd(line.keys[0])];
        return element("span", "", ...keys, ` ${line.hint}`);
      }),
    );
  }

  const isTyping = (target) => target.matches?.("textarea, select, [contenteditable], input:not([type=checkbox])");

  document.addEventListener("keydown", (event) => {
    const line = BY_KEY.get(event.key);
    if (!line || isOff() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector(":popover-open")) return;
    // Whoever has the focus on a control means the control.
    if (event.key === "Enter" && event.target !== document.body) return;
    event.preventDefault();
    if (line.verb === "sheet") sheet.showPopover();
    else document.dispatchEvent(new CustomEvent("leadline:verb", { detail: line.verb }));
  });

  const sheet = drawSheet();
  drawHints();
  document.addEventListener("htmx:afterSettle", drawHints);
})();
