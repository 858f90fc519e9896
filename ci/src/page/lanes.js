// The lanes: a column a thread, time downward, a row a step. However long a story is, only the rows in sight are in
// the document.

// Rows that are kept above and below those in sight.
const SPARE = 12;

function threadNames() {
  show("names", ...story.threads.map((name, thread) => {
    const label = make("span", { title: name }, name);
    label.style.color = colour(thread);
    return label;
  }));
  lanes.parentElement.style.setProperty("--lane", `clamp(0.95rem, ${55 / story.threads.length}cqw, 7.5rem)`);
}

function makeRow(index) {
  const number = numbers[index];
  const step = event(number);
  const switched = switches.has(number);
  const kind = [switched && "preempts", number > at && "later", step.end && "end"].filter(Boolean);
  const place = where(step.place);
  const before = index > 0 && where(event(numbers[index - 1]).place);
  const file = place && before && place.file === before.file ? `:${place.line}` : place?.short;
  const element = make("div", {
    id: `row-${number}`,
    class: ["row", ...kind].join(" "),
    role: "option",
    "aria-selected": String(number === at),
    "aria-posinset": index + 1,
    "aria-setsize": numbers.length,
    "data-number": number,
    title: `${story.threads[step.thread]}: ${step.text}`,
  });
  element.style.top = `calc(${index} * var(--row))`;
  if (switched) element.append(make("span", { class: "switch", title: "takes the turn from a thread that could have gone on" }, "»"));
  element.append(make("span", { class: "number" }, step.end ? "✗" : String(number)));
  story.threads.forEach((_, thread) => {
    if (thread !== step.thread) element.append(make("span", { class: "warp", "--at": thread, "--thread": colour(thread) }));
  });
  element.append(make("span", { class: "does", "--at": step.thread, "--thread": colour(step.thread) },
    make("span", { class: "text" }, step.text),
    make("span", { class: "place" }, place ? `${step.by} ${file}` : "")));
  return element;
}

function drawRows() {
  const height = rows.offsetHeight / numbers.length;
  const first = Math.max(0, Math.floor(lanes.scrollTop / height) - SPARE);
  const last = Math.min(numbers.length, Math.ceil((lanes.scrollTop + lanes.clientHeight) / height) + SPARE);
  const shown = [];
  for (let index = first; index < last; index += 1) shown.push(makeRow(index));
  rows.replaceChildren(...shown);
}

// Scrolls as little as needed for the row and those beside it to be in sight.
function reveal(index) {
  const height = rows.offsetHeight / numbers.length;
  const [above, below] = [(index - 2) * height, (index + 3) * height];
  if (above < lanes.scrollTop) lanes.scrollTop = above;
  if (below > lanes.scrollTop + lanes.clientHeight) lanes.scrollTop = below - lanes.clientHeight;
}
