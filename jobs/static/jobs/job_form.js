// The form of a scheduled job: shows the fields of the chosen schedule, swaps the options when the type changes, and
// previews the next runs while one types. The server makes all of the HTML; without this script the form still works.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("scheduledjob_form");
  const preview = document.getElementById("job-preview");
  if (!form || !preview || !form.elements.schedule_kind) return;

  const SHOWN = {
    cron: ["cron_expression", "timezone"],
    interval: ["timezone", "every", "period"],
    once: ["timezone", "once_at"],
  };
  const FIELDS = [...new Set(Object.values(SHOWN).flat())];

  function showFields() {
    const shown = SHOWN[form.elements.schedule_kind.value] || FIELDS;
    for (const name of FIELDS) {
      const line = form.elements[name]?.closest(".form-row");
      if (line) line.hidden = !shown.includes(name);
    }
  }

  let waiting = 0;
  let latest = 0;

  async function showPreview() {
    const asked = ++latest;
    const change = window.location.pathname.match(/\/scheduledjob\/([^/]+)\/change\/$/);
    const url = preview.dataset.url + (change ? `?job=${change[1]}` : "");
    let html;
    try {
      const reply = await fetch(url, { method: "POST", body: new FormData(form) });
      if (!reply.ok) return;
      html = await reply.text();
    } catch {
      return; // offline: what is shown stays
    }
    if (asked === latest) preview.innerHTML = html;
  }

  function previewSoon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(showPreview, 300);
  }

  async function swapOptions() {
    const url = `${window.location.pathname}?job_type=${encodeURIComponent(form.elements.job_type.value)}`;
    const reply = await fetch(url);
    if (!reply.ok) return;
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = page.querySelector("fieldset.job-options");
    const old = form.querySelector("fieldset.job-options");
    if (fresh && old) old.replaceChildren(...fresh.childNodes);
    previewSoon();
  }

  form.addEventListener("input", previewSoon);
  form.addEventListener("change", (event) => {
    if (event.target.name === "job_type") swapOptions();
    showFields();
    previewSoon();
  });
  window.jQuery?.(form).on("change", "select", previewSoon); // select2 speaks through jQuery alone
  showFields();
  showPreview();
});
