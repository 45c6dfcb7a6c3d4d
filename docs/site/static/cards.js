// Tables with a row for each section of the lecture: on a phone a row is a card, in which each cell says what it is.
for (const table of document.querySelectorAll("article table")) {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  if (!["section", "session"].includes(heads[0])) continue;
  table.classList.add("cards");
  for (const row of table.querySelectorAll("tbody tr")) {
    [...row.cells].forEach((cell, place) => (cell.dataset.head = cell.textContent.trim() && heads[place]));
  }
}
