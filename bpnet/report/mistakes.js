"use strict";
// What the network took for what: a table with the images of each count, and the surest mistakes.

const {confusion, per_class: recognised} = report.scores;
const wrongs = confusion
  .flatMap((counts, digit) => counts.map((count, answer) => ({digit, answer, count})))
  .filter(({digit, answer, count}) => count && digit !== answer);
const most = Math.max(...wrongs.map(({count}) => count));

function showConfusion() {
  const head = element("tr", undefined, element("th"), ...confusion.map((_, answer) => element("th", answer)),
    element("th", "right"));
  const rows = confusion.map((counts, digit) => element("tr", undefined, element("th", digit),
    ...counts.map((count, answer) => confusionCell(digit, answer, count)),
    element("td", recognised[digit] === null ? "-" : `${(100 * recognised[digit]).toFixed(1)} %`)));
  place("confusion").append(element("thead", undefined, head), element("tbody", undefined, ...rows));
  const worst = wrongs.find(({count}) => count === most);
  if (worst) showCell(worst.button, worst);
  else place("cell").textContent = "There are no mistakes.";
}

// Return a cell: where a digit was taken for another, its count is a button, the warmer the more.
function confusionCell(digit, answer, count) {
  if (digit === answer || !count) {
    const cell = element("td", count || undefined);
    cell.className = "right";
    return cell;
  }
  const wrong = wrongs.find(each => each.digit === digit && each.answer === answer);
  const button = wrong.button = element("button", count);
  button.type = "button";
  button.title = `${digit} taken for ${answer}`;
  button.style.setProperty("--heat", Math.sqrt(count / most));
  button.onclick = () => {
    showCell(button, wrong);
    place("cell").scrollIntoView({block: "nearest"});
  };
  return element("td", undefined, button);
}

// Show the images of a cell beside the table.
function showCell(button, {digit, answer, count}) {
  for (const {button: other} of wrongs) other.setAttribute("aria-pressed", other === button);
  const kept = report.mistakes.filter(wrong => wrong.digit === digit && wrong.answer === answer);
  const images = element("div", undefined, ...kept.map(wrong =>
    figure(imageOf(wrong), percent(wrong.share), `image ${wrong.number}`)));
  images.className = "images";
  const shown = kept.length < count ? `, of which this page has ${kept.length}` : "";
  place("cell").replaceChildren(
    element("h3", `${digit} taken for ${answer}: ${count} time${count > 1 ? "s" : ""}${shown}`), images);
  showMore(images);
}

function showSurest() {
  place("mistakes").append(...report.mistakes.slice(0, 40).map(wrong => figure(
    imageOf(wrong), `${wrong.digit} \u2192 ${wrong.answer}`, percent(wrong.share), `image ${wrong.number}`)));
}

function imageOf({digit, answer, png}) {
  return Object.assign(element("img"), {src: `data:image/png;base64,${png}`, alt: `${digit} taken for ${answer}`});
}

showConfusion();
showSurest();
