// Bytes of a record: what one points at, or has the focus on, is marked wherever its part stands.
"use strict";

(() => {
  const mark = (on) => (event) => {
    const part = event.target.closest?.("[data-part]")?.dataset.part;
    if (part === undefined) return;
    for (const one of event.target.closest("table").querySelectorAll(`[data-part="${part}"]`)) one.classList.toggle("on", on);
  };
  for (const [event, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
    document.addEventListener(event, mark(on));
  }
})();
