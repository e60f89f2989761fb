"use strict";
// What the network took for what: a table with the images of each count, and the surest mistakes.

const {confusion, per_class: recognised} = report.scores;
const wrongs = confusion
  .flatMap((counts, digit) => counts.map((count, answer) => ({digit, answer, count})))
  .filter(({digit, answer, count}) => count && digit !== answer);
const most = wrongs.reduce((most, {count}) => Math.max(most, count), 0);
const SHOWN = 6;  // mistakes of each of many classes

function showConfusion() {
  const [head, rows] = ARE_MANY ? worstFirst() : square();
  place("confusion").append(element("thead", undefined, element("tr", undefined, ...head)),
    element("tbody", undefined, ...rows.map(cells => element("tr", undefined, ...cells))));
  const worst = wrongs.find(({count}) => count === most);
  if (worst) showCell(worst.button, worst);
  else place("cell").textContent = "There are no mistakes.";
}

// Return the cells of the heading, and of each row: a class, what it was taken for, how often it was right.
function square() {
  return [[element("th"), ...confusion.map((_, answer) => named("th", answer)), element("th", "right")],
    confusion.map((counts, digit) => [named("th", digit),
      ...counts.map((count, answer) => confusionCell(digit, answer, count)), element("td", right(digit))])];
}

// Return the same of many classes: those first that were recognised worst, with the commonest mistakes.
function worstFirst() {
  place("each").textContent = "Each row is a class, those first that were recognised worst, with what it was " +
    "most often taken for. Choose a mistake to see its images.";
  const share = digit => recognised[digit] ?? 2;  // where there is no image: behind all others
  const order = Array.from(names.keys()).sort((a, b) => share(a) - share(b));
  return [["", "right", "taken for"].map(text => element("th", text)), order.map(digit =>
    [named("th", digit), element("td", right(digit)), element("td", undefined, ...commonest(digit))])];
}

// Return buttons of the commonest mistakes of a class.
function commonest(digit) {
  const own = wrongs.filter(wrong => wrong.digit === digit).sort((a, b) => b.count - a.count);
  return own.slice(0, SHOWN).map(wrong => buttonOf(wrong, `${names[wrong.answer]} \u00d7${wrong.count}`));
}

function right(digit) {
  return recognised[digit] === null ? "-" : `${(100 * recognised[digit]).toFixed(1)} %`;
}

// Return a cell: where a digit was taken for another, its count is a button, the warmer the more.
function confusionCell(digit, answer, count) {
  if (digit === answer || !count) {
    const cell = element("td", count || undefined);
    cell.className = "right";
    return cell;
  }
  const wrong = wrongs.find(each => each.digit === digit && each.answer === answer);
  return element("td", undefined, buttonOf(wrong, count));
}

// Return a button that shows the images of a mistake.
function buttonOf(wrong, text) {
  const button = wrong.button = element("button", text);
  button.type = "button";
  button.title = takenFor(wrong);
  button.style.setProperty("--heat", Math.sqrt(wrong.count / most));
  button.onclick = () => {
    showCell(button, wrong);
    place("cell").scrollIntoView({block: "nearest"});
  };
  return button;
}

function takenFor({digit, answer}) {
  return `${names[digit]} taken for ${names[answer]}`;
}

// Show the images of a cell beside the table.
function showCell(button, {digit, answer, count}) {
  for (const {button: other} of wrongs) other?.setAttribute("aria-pressed", other === button);
  const kept = report.mistakes.filter(wrong => wrong.digit === digit && wrong.answer === answer);
  const images = element("div", undefined, ...kept.map(wrong =>
    figure(imageOf(wrong), percent(wrong.share), `image ${wrong.number}`)));
  images.className = "images";
  const shown = kept.length < count ? `, of which this page has ${kept.length}` : "";
  place("cell").replaceChildren(
    element("h3", `${takenFor({digit, answer})}: ${count} time${count > 1 ? "s" : ""}${shown}`), images);
  showMore(images);
}

function showSurest() {
  place("mistakes").append(...report.mistakes.slice(0, 40).map(wrong => figure(imageOf(wrong),
    `${names[wrong.digit]} \u2192 ${names[wrong.answer]}`, percent(wrong.share), `image ${wrong.number}`)));
}

function imageOf(wrong) {
  return Object.assign(element("img"), {src: `data:image/png;base64,${wrong.png}`, alt: takenFor(wrong)});
}

showConfusion();
showSurest();
