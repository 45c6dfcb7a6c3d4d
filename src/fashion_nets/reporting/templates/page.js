"use strict";
// A click on the head of a column sorts by it: numbers from the largest, texts from A; what is missing comes last.
function compare(one, other, isNumber) {
  if (one === "" || other === "") return (one === "") - (other === "");
  return isNumber ? other - one : one.localeCompare(other);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const head = button.closest("th");
  if (!head) {
    const isActual = button.closest("figure").querySelector(".frame").classList.toggle("actual");
    button.setAttribute("aria-pressed", isActual);
    return;
  }
  const heads = [...head.parentElement.children], place = heads.indexOf(head);
  const body = head.closest("table").tBodies[0], rows = [...body.rows];
  const isNumber = rows.some((row) => row.cells[place].classList.contains("number"));
  const first = isNumber ? "descending" : "ascending", second = isNumber ? "ascending" : "descending";
  const order = head.getAttribute("aria-sort") === first ? second : first;
  const value = (row) => row.cells[place].dataset.value;
  rows.sort((a, b) => {
    const one = value(a), other = value(b);
    const sign = order === first || one === "" || other === "" ? 1 : -1;
    return sign * compare(one, other, isNumber);
  });
  heads.forEach((each) => each.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", order);
  body.append(...rows);
});
// Paper shows what is folded, too.
addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach((each) => { each.open = true; each.dataset.folded = ""; });
});
addEventListener("afterprint", () => {
  document.querySelectorAll("details[data-folded]").forEach((each) => { each.open = false; delete each.dataset.folded; });
});
