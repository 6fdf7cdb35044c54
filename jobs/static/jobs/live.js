// Renews what is marked data-live (the page of a run, the start page) or the list of runs, every 5 seconds, while an
// open run is on it. It rests where the browser asks to save data, where the page is not looked at, and where one works in it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const EVERY = 5000;
  const PARTS = "[data-live], #result_list";
  const note = document.querySelector("[data-live-note]");
  const savesData =
    navigator.connection?.saveData || window.matchMedia("(prefers-reduced-data: reduce)").matches;

  const parts = () => [...document.querySelectorAll(PARTS)];
  const isOpen = () => parts().some((part) => part.querySelector("[data-open]"));
  const isInUse = () => parts().some((part) => part.contains(document.activeElement) || part.querySelector("details[open]"));

  function schedule() {
    if (note) note.hidden = savesData || !isOpen();
    if (!savesData && isOpen()) window.setTimeout(renew, EVERY);
  }

  async function renew() {
    if (document.visibilityState === "visible" && !isInUse()) {
      try {
        const reply = await fetch(window.location.href);
        if (reply.ok && !reply.redirected) replace(await reply.text());
      } catch {
        // offline: what is shown stays, and the next look tries again
      }
    }
    schedule();
  }

  function replace(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = [...page.querySelectorAll(PARTS)];
    parts().forEach((part, place) => {
      if (fresh[place]) part.replaceChildren(...fresh[place].childNodes);
    });
  }

  schedule();
});
