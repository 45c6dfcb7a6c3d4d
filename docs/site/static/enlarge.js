// A click on a figure, or Enter, shows it as large as the window; a second click at its full size; Esc ends it.
const dialog = document.createElement("dialog");
dialog.className = "figure";
dialog.setAttribute("aria-label", "Enlarged figure");
const enlarged = document.createElement("img");
dialog.append(enlarged);
document.body.append(dialog);

function enlarge(figure) {
  enlarged.src = figure.currentSrc || figure.src;
  enlarged.alt = figure.alt;
  dialog.classList.remove("full");
  dialog.showModal();
}

dialog.addEventListener("click", (event) => {
  const isReduced = enlarged.clientWidth < enlarged.naturalWidth;
  if (event.target === enlarged && isReduced) dialog.classList.add("full");
  else dialog.close();
});

for (const figure of document.querySelectorAll("article img")) {
  if (figure.closest("a")) continue;
  figure.tabIndex = 0;
  figure.setAttribute("role", "button");
  figure.addEventListener("click", () => enlarge(figure));
  figure.addEventListener("keydown", (event) => {
    if (event.key === "Enter") enlarge(figure);
  });
}
