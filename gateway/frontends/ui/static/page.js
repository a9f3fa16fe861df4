// What scripts add to a page that works without them: copying, keys, and counting what has come while nobody looked.
"use strict";

(() => {
  const MOST_ROWS = 500; // of a table that grows: some screens; more would make an old computer slow
  const MOST_LIVE = 4; // tabs of one browser that are told at once

  // Buttons that are of no use without scripts are hidden until here.
  const reveal = (root) => {
    for (const button of root.querySelectorAll("[data-copy][hidden], [data-keys][hidden]")) button.hidden = false;
  };

  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // without TLS, off this computer, there is no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    button.classList.add("done");
    say("Copied");
    button.focus();
  });

  // Said to screen readers; what is said twice is said again.
  const say = (text) => {
    const status = document.getElementById("said");
    if (status) status.textContent = status.textContent === text ? `${text} ` : text;
  };

  // Keys: / searches, j and k go down and up through rows. None while somebody types, or has switched them off: who
  // speaks to his computer would press them by chance (WCAG 2.1.4).
  const KEYS = "gateway-keys";
  const keysAreOn = () => localStorage.getItem(KEYS) !== "off";
  const switchKeys = document.querySelector("[data-keys]");
  switchKeys?.setAttribute("aria-pressed", String(keysAreOn()));
  switchKeys?.addEventListener("click", () => {
    localStorage.setItem(KEYS, keysAreOn() ? "off" : "on");
    switchKeys.setAttribute("aria-pressed", String(keysAreOn()));
  });
  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-rows] > tr a[data-row]")];
  const step = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement.closest("tr")?.querySelector("a[data-row]"));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (next) next.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keysAreOn()) return;
    const keys = { "/": () => document.getElementById("q")?.select(), j: () => step(1), k: () => step(-1) };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // What comes while the page is open: counted politely, and shown by the tab while nobody looks at it.
  const title = document.title;
  const tab = document.querySelector('link[rel="icon"]');
  const plain = tab?.getAttribute("href");
  let come = 0;
  let unseen = 0;
  let failed = false;

  const tell = () => {
    document.title = unseen ? `(${unseen}) ${title}` : title;
    if (tab) tab.setAttribute("href", unseen ? (failed ? tab.dataset.failed : tab.dataset.new) : plain);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unseen = 0;
    failed = false;
    tell();
  });

  document.addEventListener("htmx:sseMessage", (event) => {
    const body = event.target.closest("[data-rows]");
    if (!body) return;
    const seen = new Set();
    let added = 0;
    for (const row of [...body.children]) {
      if (seen.has(row.id) || seen.size >= MOST_ROWS) row.remove();
      else seen.add(row.id);
      if (row.classList.contains("fresh") && !row.dataset.counted) {
        row.dataset.counted = "1";
        added += 1;
        if ("failed" in row.dataset) failed = document.hidden || failed;
      }
    }
    come += added;
    if (document.hidden) unseen += added;
    const counter = document.getElementById("come");
    if (counter && come) counter.textContent = `${come} new since you opened this page`;
    document.getElementById("none")?.remove();
    tell();
  });

  // Tabs share a browser's six connections to a host, and each page needs one to load: so a few are live at once, and
  // the newest takes its place from another. A tab that lost it comes back when it is looked at.
  const sources = [];
  let lost = false;
  const giveUp = () => {
    lost = true;
    for (const source of sources) source.close();
    const counter = document.getElementById("come");
    if (counter) counter.textContent = "Not live any more: many of these pages are open. Load it anew.";
  };
  const hold = () => new Promise(() => {});
  const isFree = (place) =>
    new Promise((resolve) => {
      const held = (lock) => (resolve(Boolean(lock)), lock ? hold() : undefined);
      navigator.locks.request(place, { ifAvailable: true }, held).catch(giveUp);
    });
  const takePlace = async () => {
    const places = Array.from({ length: MOST_LIVE }, (_, number) => `gateway-live-${number}`);
    for (const place of places) if (await isFree(place)) return;
    const place = places[Math.floor(Math.random() * MOST_LIVE)];
    navigator.locks.request(place, { steal: true }, hold).catch(giveUp);
  };
  if (window.htmx) {
    htmx.createEventSource = (url) => {
      const source = new EventSource(url);
      sources.push(source);
      return source;
    };
  }
  if (navigator.locks && document.querySelector("[data-rows][sse-swap]")) takePlace();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && lost) location.reload();
  });

  // A page that waits for one thing goes there when it has come.
  document.addEventListener("htmx:sseMessage", (event) => {
    const goes = event.target.querySelector?.("a[data-go]");
    if (goes) location.assign(goes.href);
  });

  reveal(document);
  document.addEventListener("htmx:load", (event) => reveal(event.target));
})();
