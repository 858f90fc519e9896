// The game: the student says who goes on, and the data says what that comes to. Every schedule of the program is in it, so
// that nothing is decided here: a move is a row of the data, and an outcome is that of the moment at which nobody is left.
// Under weak memory threads do not take turns: a move also says what is read, and nobody counts preemptions.
const { game, weak, program, first } = JSON.parse(document.getElementById("data").textContent);
const element = (id) => document.getElementById(id);
const colour = (thread) => `var(--t${thread % 8})`;

// A moment: the numbers of the states, the value or -1, the moves, and who waits with which words.
const [STATES, VALUE, MOVES, WAITS] = [0, 1, 2, 3];
// A move: who, what it asks for, what that comes to, the line, whether it is taken at once, and where it leads.
const [WHO, ASKS, DOES, LINE, AT_ONCE, TO] = [0, 1, 2, 3, 4, 5];

// What has been done: for each step its move, the moment before, whose turn it was, and whether that was preempted.
let steps = [];
// For each value that was found, the fewest preemptions with which it was.
const found = new Map();

const here = () => (steps.length ? steps.at(-1).move[TO] : 0);
const turn = () => (steps.length ? steps.at(-1).turn : 0);
const preemptions = () => steps.filter((step) => step.preempts).length;
const words = (number) => game.texts[number];
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function preempts(moment, move) {
  return !weak && !move[AT_ONCE] && move[WHO] !== turn() && moment[MOVES].some((other) => other[WHO] === turn());
}

function take(move, byItself) {
  const moment = game.moments[here()];
  const preempted = preempts(moment, move);
  steps.push({ move, byItself, preempts: preempted, turn: move[AT_ONCE] ? turn() : move[WHO] });
}

// What needs no choice: what is taken at once, and what a thread does when no other is left.
function goOn() {
  for (;;) {
    const moment = game.moments[here()];
    const [only, ...others] = moment[MOVES];
    if (!only || others.length || (!only[AT_ONCE] && moment[WAITS].length)) break;
    take(only, true);
  }
  const value = game.moments[here()][VALUE];
  if (value >= 0) found.set(value, Math.min(preemptions(), found.get(value) ?? Infinity));
}

function choose(number) {
  const move = game.moments[here()][MOVES][number];
  if (!move) return;
  take(move, false);
  goOn();
  draw();
}

// Takes back the last step that was chosen, and what followed by itself.
function back() {
  while (steps.length && steps.at(-1).byItself) steps.pop();
  steps.pop();
  goOn();
  draw();
}

function restart() {
  steps = [];
  goOn();
  draw();
}

// ---- What is seen

function drawNow(moment) {
  const value = moment[VALUE];
  const spent = weak ? "" : plural(preemptions(), "preemption");
  const last = steps.findLast((step) => !step.byItself);
  element("now").className = value >= 0 ? "end" : "";
  if (value < 0) {
    const did = last && `${game.threads[last.move[WHO]]}: ${words(last.move[DOES])}. `;
    show("now", did ? `${did}${spent && `${spent} so far. `}Who goes on?` : "Who goes first?");
    return;
  }
  if (weak) {
    show("now", `All have ended: ${game.values[value]}.`);
    return;
  }
  const fewest = game.fewest[value];
  const best = preemptions() === fewest ? "It takes no fewer." : `It can be had with ${fewest}.`;
  show("now", `All have ended: ${game.values[value]}, with ${spent}. ${best}`);
}

function drawMoves(moment) {
  const several = (move) => moment[MOVES].filter((other) => other[WHO] === move[WHO]).length > 1;
  show("moves", ...moment[MOVES].map((move, number) => {
    const button = make("button", { type: "button", "--thread": colour(move[WHO]) },
      make("kbd", {}, String(number + 1)),
      make("b", {}, game.threads[move[WHO]]),
      make("span", { class: "words" }, words(several(move) ? move[DOES] : move[ASKS])));
    if (preempts(moment, move)) button.append(make("span", { class: "price" }, "preempts"));
    button.addEventListener("click", () => choose(number));
    return button;
  }));
  show("waits", ...moment[WAITS].map(([thread, why]) =>
    make("li", {}, make("b", { "--thread": colour(thread) }, game.threads[thread]), ` ${words(why)}`)));
}

function drawSteps() {
  show("names", ...game.threads.map((name, thread) => {
    const label = make("span", {}, name);
    label.style.color = colour(thread);
    return label;
  }));
  element("steps").parentElement.parentElement.style.setProperty("--lane", `clamp(0.95rem, ${55 / game.threads.length}cqw, 7.5rem)`);
  show("steps", ...steps.map(({ move, byItself, preempts }, index) => {
    const row = make("li", { class: ["row", preempts && "preempts", byItself && "alone"].filter(Boolean).join(" ") });
    if (preempts) row.append(make("span", { class: "switch", title: "takes the turn from a thread that could have gone on" }, "»"));
    row.append(make("span", { class: "number", "aria-hidden": "true" }, String(index + 1)));
    game.threads.forEach((_, thread) => {
      if (thread !== move[WHO]) row.append(make("span", { class: "warp", "--at": thread, "--thread": colour(thread) }));
    });
    row.append(make("span", { class: "does", "--at": move[WHO], "--thread": colour(move[WHO]) },
      make("span", { class: "text" }, make("span", { class: "unseen" }, `${game.threads[move[WHO]]}: `), words(move[DOES]))));
    return row;
  }));
  element("steps").scrollTop = element("steps").scrollHeight;
}

// The program, with each thread at the line where it goes on, or where it was last.
function drawProgram(moment) {
  const lines = new Map();
  for (const { move } of steps) if (move[LINE]) lines.set(move[WHO], move[LINE]);
  for (const move of moment[MOVES]) if (move[LINE]) lines.set(move[WHO], move[LINE]);
  const left = new Set([...moment[MOVES].map((move) => move[WHO]), ...moment[WAITS].map(([thread]) => thread)]);
  show("program", ...program.map((text, index) => {
    const line = codeLine(first + index, text, "", "");
    const there = [...left].filter((thread) => lines.get(thread) === first + index);
    if (there.length) {
      line.classList.add("current");
      line.style.setProperty("--thread", colour(there[0]));
      const names = there.map((thread) => make("span", { class: "who", "--thread": colour(thread) }, game.threads[thread]));
      line.lastChild.before(make("span", { class: "there" }, ...names));
    }
    return line;
  }));
}

function drawObjects(moment) {
  if (!game.objects.length) return;
  const before = steps.length ? game.states[game.moments[steps.length > 1 ? steps.at(-2).move[TO] : 0][STATES]] : [];
  const now = game.states[moment[STATES]];
  show("objects", ...game.objects.flatMap(([name, noun], object) => {
    if (now[object] < 0) return [];
    const title = make("th", { scope: "row" }, name, " ", make("small", {}, name.startsWith(noun) || name.endsWith(noun) ? "" : noun));
    const changed = steps.length && before[object] !== now[object];
    return [make("tr", { class: changed ? "changed" : "" }, title, make("td", {}, words(now[object])))];
  }));
}

function drawFound(moment) {
  show("tally", `Outcomes: ${found.size} of ${game.values.length} found`);
  show("found", ...game.values.flatMap((value, number) => {
    if (!found.has(number)) return [];
    const mine = found.get(number);
    const row = make("tr", { class: moment[VALUE] === number ? "just" : "" }, make("th", { scope: "row" }, make("code", {}, value)));
    if (!weak) row.append(make("td", { class: mine === game.fewest[number] ? "best" : "" }, String(mine)), make("td", {}, String(game.fewest[number])));
    return [row];
  }));
}

function draw() {
  const moment = game.moments[here()];
  drawNow(moment);
  drawMoves(moment);
  drawSteps();
  drawProgram(moment);
  drawObjects(moment);
  drawFound(moment);
  element("back").disabled = !steps.some((step) => !step.byItself);
}

// Whether a guess is a value: as it prints, or without the quotes and spaces that one leaves out.
function answer(guess) {
  const plain = (text) => text.replace(/[\s"]/g, "");
  if (!plain(guess)) return "";
  const number = game.values.findIndex((value) => plain(value) === plain(guess));
  if (number < 0) return `${guess} cannot come: no ${weak ? "execution" : "schedule"} of the program gives it.`;
  if (found.has(number)) return `${game.values[number]} you have found.`;
  return `${game.values[number]} can come${weak ? "" : `, with ${plural(game.fewest[number], "preemption")}`}. Find it.`;
}

element("back").addEventListener("click", back);
element("restart").addEventListener("click", restart);
element("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  show("answer", answer(element("guess").value.trim()));
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input") || event.ctrlKey || event.altKey || event.metaKey) return;
  if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
  else if (event.key === "Backspace") back();
  else if (event.key.toLowerCase() === "r") restart();
  else return;
  event.preventDefault();
});
element("game").hidden = false;
restart();
