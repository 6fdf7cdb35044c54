// Files can be dropped onto the form's own field; what was chosen is listed with its size before it is sent.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const drop = form.querySelector("[data-drop]");
  const chosen = form.querySelector("[data-chosen]");
  const warning = form.querySelector("[data-too-large]");
  const button = form.querySelector("button[type=submit]");
  const limit = Number(form.dataset.limit);
  form.querySelector("[data-drop-words]").hidden = false;

  function show() {
    const files = [...input.files];
    chosen.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name}, ${(file.size / 1048576).toFixed(1)} MB`;
        return item;
      }),
    );
    warning.hidden = files.reduce((sum, file) => sum + file.size, 0) <= limit;
    button.disabled = !warning.hidden;
  }

  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("file-drop--over", name === "dragenter" || name === "dragover");
    });
  }
  drop.addEventListener("drop", (event) => {
    input.files = event.dataTransfer.files;
    show();
  });
  input.addEventListener("change", show);
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = "Uploading…";
  });
});
