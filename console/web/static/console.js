// On top of pages that work without it.
"use strict";

// A box that chooses all the others of its table.
document.querySelectorAll("input[data-all]").forEach((all) => {
  all.hidden = false;
  const boxes = document.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
});

// A run's progress, live: the server sends the same block of the page again.
document.querySelectorAll("[data-live]").forEach((place) => {
  const source = new EventSource(place.dataset.live);
  source.addEventListener("progress", (event) => { place.innerHTML = JSON.parse(event.data); });
  source.addEventListener("over", () => { source.close(); location.reload(); });
});

// Filters apply as soon as they are chosen.
document.querySelectorAll("form[data-apply] select").forEach((choice) => {
  choice.addEventListener("change", () => choice.form.requestSubmit());
});

// A file dropped on a form's frame is its file, and is sent.
document.querySelectorAll("form[data-drop]").forEach((form) => {
  const input = form.querySelector("input[type=file]");
  const over = (on) => (event) => { event.preventDefault(); form.classList.toggle("over", on); };
  form.addEventListener("dragover", over(true));
  form.addEventListener("dragleave", over(false));
  form.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length !== 1) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
});
