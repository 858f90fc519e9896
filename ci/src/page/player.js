// The player: shows one failure, at one of its steps. Everything it says is in the data, in words; here it is only
// put in its place. A step counts from 1; the numbers after the last step are how it ends.
//
// Whatever happens, the address says which failure and which step is shown, so that a link leads back to it.
const data = JSON.parse(document.getElementById("data").textContent);
const player = document.getElementById("player");
const [failure, engine, inside, every, lanes, rows] = ["failure", "engine", "inside", "every", "lanes", "rows"].map((id) => document.getElementById(id));

// Lines of source above and below the one that counts.
const AROUND = 7;
// A browser refuses more than some hundred changes of the address in half a minute.
const ADDRESS_AFTER = 250;

// What is shown: a failure, the number of a step, the numbers that have a row, those of them at which the scheduler had
// switched since the row before, and the calls that are one row, by the number of their first step.
let story, at, numbers, switches, calls;

const colour = (thread) => `var(--t${thread % 8})`;

// ---- What there is at a number: a step, or a part of the end

function event(number) {
  const end = number - story.steps.length - 1;
  if (end >= 0) {
    const [thread, text, place] = story.end[end];
    return { thread, text, place, by: "", end: true };
  }
  const [thread, text, place, by, preempts, matters, last] = story.steps[number - 1];
  const call = calls.get(number);
  if (call) return { thread, text: call[2], place: call[3], by: call[4], preempts, matters, last };
  return { thread, text, place, by, preempts, matters, last };
}

const count = () => story.steps.length + story.end.length;

function where(place) {
  if (place === null) return null;
  const [file, line] = data.places[place];
  const path = data.files[file].path;
  // The name says little of a `mod.rs`, and its folder more.
  return { file, line, path, short: path.split("/").slice(/(mod|lib|main)\.rs$/.test(path) ? -2 : -1).join("/") + ":" + line };
}

// The last step of what is shown, which is more than one where that is a call.
const now = () => calls.get(at)?.[1] ?? at;

// How many of a list come up to now, by their numbers, which grow: found by halving.
function countUpToNow(list, number) {
  let [from, to] = [0, list.length];
  const until = now();
  while (from < to) {
    const middle = (from + to) >> 1;
    if (number(list[middle]) <= until) from = middle + 1;
    else to = middle;
  }
  return from;
}

const row = () => countUpToNow(numbers, (number) => number) - 1;

// Where every thread is that has begun: the number of its last step by now, or of what it does at the end.
function whereabouts() {
  const found = new Map();
  story.stepsOf.forEach((steps, thread) => {
    const last = steps[countUpToNow(steps, (number) => number) - 1];
    const end = at > story.steps.length ? story.end.findIndex((end) => end[0] === thread) : -1;
    if (end >= 0) found.set(thread, story.steps.length + 1 + end);
    else if (last) found.set(thread, last);
  });
  return found;
}

// ---- The source

function drawSource(step, threads) {
  const place = where(step.place);
  if (!place) {
    show("file", "no line is known");
    show("source");
    return;
  }
  const { path, lines } = data.files[place.file];
  show("file", `${path}:${place.line}`);
  const shown = [];
  for (let line = place.line - AROUND; line <= place.line + AROUND; line += 1) {
    if (!(line in lines)) continue;
    const element = codeLine(line, lines[line], line === place.line ? "current" : "", "");
    element.style.setProperty("--thread", colour(step.thread));
    for (const [thread, number] of threads) {
      const other = where(event(number).place);
      if (other && other.file === place.file && other.line === line) {
        element.lastChild.before(make("span", { class: "who", "--thread": colour(thread) }, story.threads[thread]));
      }
    }
    shown.push(element);
  }
  show("source", ...(shown.length ? shown : ["This file is not of the workspace, and not shown."]));
}

// ---- The state

function drawState(threads) {
  const objects = [];
  for (const { object, changes, matters } of story.states) {
    if (!matters && !every.checked) continue;
    const { name, noun } = story.objects[object];
    const change = changes[countUpToNow(changes, (change) => change[0]) - 1];
    const kind = !change ? "idle" : change[0] >= at && change[0] <= now() ? "changed" : "";
    const title = make("th", { scope: "row" }, name, " ", make("small", {}, name.startsWith(noun) || name.endsWith(noun) ? "" : noun));
    objects.push(make("tr", { class: kind }, title, make("td", {}, change ? change[2] : "not used yet")));
  }
  show("objects", ...objects);
  show("threads", ...story.threads.map((name, thread) => {
    const title = make("th", { scope: "row" }, name, " ", make("small", {}, "thread"));
    title.style.color = colour(thread);
    const number = threads.get(thread);
    const step = number && event(number);
    const place = step && where(step.place);
    const text = !step ? "has done nothing yet" : step.last ? "has ended" : step.end ? step.text : `at ${[step.by, place.short].join(" ").trim()}`;
    return make("tr", { class: number >= at && number <= now() ? "changed" : step ? "" : "idle" }, title, make("td", {}, text));
  }));
}

// ---- Opening a failure, and going to a step of it

function list() {
  const all = every.checked;
  numbers = [];
  switches = new Set();
  calls = new Map(inside.checked || all ? [] : story.calls.map((call) => [call[0], call]));
  inside.disabled = all || !story.calls.length;
  let switched = false;
  // Up to where the last call goes that is one row.
  let told = 0;
  for (let number = 1; number <= count(); number += 1) {
    const step = event(number);
    switched ||= step.preempts;
    const call = calls.get(number);
    if (number <= told || (!all && !step.end && !step.matters && !call)) continue;
    told = call?.[1] ?? told;
    numbers.push(number);
    if (switched) switches.add(number);
    switched = false;
  }
  lanes.parentElement.style.setProperty("--count", numbers.length);
}

function open(chosen) {
  if (story === chosen) return;
  story = chosen;
  if (!story.states) {
    const byObject = Map.groupBy(story.changes, (change) => change[1]);
    story.states = story.objects.map((shown, object) => {
      const changes = shown.noun ? byObject.get(object) ?? [] : [];
      return { object, changes, matters: changes.some((change) => story.steps[change[0] - 1][5]) };
    }).filter((state) => state.changes.length);
    story.stepsOf = story.threads.map(() => []);
    story.steps.forEach((step, before) => story.stepsOf[step[0]].push(before + 1));
  }
  failure.value = story.name;
  const engines = data.failures.filter((other) => other.name === story.name).map((other) => other.engine);
  engine.replaceChildren(...engines.map((name) => make("option", {}, name)));
  engine.value = story.engine;
  show("headline", story.headline);
  show("claim", `${story.verdict} under ${story.engine}. What should hold: ${story.claim}.`);
  show("detail", story.detail);
  show("preemptions", `This failure ${story.preemptions.replace(" (»)", "")}.`);
  threadNames();
  show("comparisons", ...besides(data.comparisons[story.name] ?? []));
  list();
}

let address;
function go(number) {
  at = number;
  const index = row();
  const step = event(at);
  const threads = whereabouts();
  const place = where(step.place);
  reveal(index);
  drawRows();
  drawSource(step, threads);
  drawState(threads);
  lanes.setAttribute("aria-activedescendant", `row-${at}`);
  const who = make("b", {}, story.threads[step.thread]);
  who.style.color = colour(step.thread);
  const by = place ? ` — ${step.by ? `in ${step.by}, ` : ""}${place.short}.` : ".";
  const turn = switches.has(at) ? " The scheduler took the turn from a thread that could have gone on." : "";
  const broken = step.end ? ` ${story.headline}.` : "";
  show("now", `${step.end ? "The end" : `Step ${at}`}: `, who, `: ${step.text}${by}${turn}${broken}`);
  show("position", `${index + 1} of ${numbers.length}`);
  for (const [id, end] of [["first", 0], ["back", 0], ["forward", numbers.length - 1], ["last", numbers.length - 1]]) {
    document.getElementById(id).setAttribute("aria-disabled", String(index === end));
  }
  const hash = `#${encodeURI(story.name)}/${story.engine}/${at}`;
  document.getElementById("here").href = hash;
  clearTimeout(address);
  address = setTimeout(() => history.replaceState(null, "", hash), ADDRESS_AFTER);
}

// So many rows on, and not past an end.
function move(by) {
  const index = Math.min(Math.max(row() + by, 0), numbers.length - 1);
  if (numbers[index] !== at) go(numbers[index]);
}

// Shows what an address names: the story that it is, at that step or the nearest there is.
function follow(hash) {
  const [, name, by, number] = /^#(.+)\/([^/]+)\/(\d+)$/.exec(decodeURI(hash)) ?? [];
  const named = data.failures.find((other) => other.name === name && other.engine === by);
  if (!named) return false;
  open(named);
  const wanted = Math.min(Math.max(Number(number), 1), count());
  for (const more of [inside, every]) {
    if (numbers.includes(wanted)) break;
    more.checked = true;
    list();
  }
  go(wanted);
  player.scrollIntoView();
  lanes.focus({ preventScroll: true });
  return true;
}

// ---- What a person does

document.getElementById("first").addEventListener("click", () => move(-Infinity));
document.getElementById("back").addEventListener("click", () => move(-1));
document.getElementById("forward").addEventListener("click", () => move(1));
document.getElementById("last").addEventListener("click", () => move(Infinity));
rows.addEventListener("click", (click) => {
  const chosen = click.target.closest(".row");
  if (chosen) go(Number(chosen.dataset.number));
});
lanes.addEventListener("scroll", () => requestAnimationFrame(drawRows));
addEventListener("resize", drawRows);
for (const choice of [inside, every]) choice.addEventListener("change", () => {
  list();
  // The step that is shown may have no row any more; the one before it has.
  go(numbers[Math.max(row(), 0)]);
});
const begin = (chosen) => {
  open(chosen);
  go(numbers[0]);
};
const choose = () => {
  const engines = data.failures.filter((other) => other.name === failure.value);
  begin(engines.find((other) => other.engine === engine.value) ?? engines.find((other) => other.engine === "dpor") ?? engines[0]);
};
failure.addEventListener("change", choose);
engine.addEventListener("change", choose);
document.addEventListener("keydown", (key) => {
  const moves = { ArrowRight: 1, ArrowLeft: -1 };
  // What scrolls the page elsewhere moves among the steps where they have the focus.
  if (lanes === key.target) Object.assign(moves, { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity });
  const elsewhere = key.altKey || key.ctrlKey || key.metaKey || key.target.closest?.("select, input, pre, .wide");
  if (elsewhere || !(key.key in moves)) return;
  key.preventDefault();
  move(moves[key.key]);
});
addEventListener("hashchange", () => follow(location.hash));

// ---- The beginning

const groups = Map.groupBy(data.failures, (shown) => shown.pattern);
failure.append(...[...groups].map(([pattern, shown]) => {
  const labels = new Map(shown.map((one) => [one.name, one.label]));
  return make("optgroup", { label: pattern }, ...[...labels].map(([name, label]) => make("option", { value: name }, label)));
}));
player.hidden = false;
// What nobody expected comes first.
const unexpected = data.failures.find((shown) => !shown.ok);
if (!follow(location.hash)) {
  if (unexpected) begin(unexpected);
  else choose();
}
