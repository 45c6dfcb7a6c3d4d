// A click on a figure or on a link to one, or Enter, shows it as large as the window; a second click at its full
// size; Esc ends it.
const dialog = document.createElement("dialog");
dialog.className = "figure";
dialog.setAttribute("aria-label", "Enlarged figure");
const enlarged = document.createElement("img");
dialog.append(enlarged);
document.body.append(dialog);

function enlarge(address, text) {
  enlarged.src = address;
  enlarged.alt = text;
  dialog.classList.remove("full");
  dialog.showModal();
}

dialog.addEventListener("click", (event) => {
  const isReduced = enlarged.clientWidth < enlarged.naturalWidth;
  if (event.target === enlarged && isReduced) dialog.classList.add("full");
  else dialog.close();
});

// By itself Escape does not reach the dialog: the theme takes it for its search.
document.addEventListener("keydown", (event) => { if (event.key === "Escape") dialog.close(); }, true);

for (const figure of document.querySelectorAll("article img")) {
  if (figure.closest("a")) continue;
  figure.tabIndex = 0;
  figure.setAttribute("role", "button");
  figure.addEventListener("click", () => enlarge(figure.src, figure.alt));
  figure.addEventListener("keydown", (event) => {
    if (event.key === "Enter") enlarge(figure.src, figure.alt);
  });
}

for (const link of document.querySelectorAll('article a.download[href$=".png"]')) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    enlarge(link.href, link.textContent);
  });
}
