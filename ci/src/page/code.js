// Code as elements: coloured, with its numbers, and wrong beside right.

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function show(id, ...children) {
  document.getElementById(id).replaceChildren(...children);
}

const WORDS = /(\/\/.*)|(b?"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')|\b(as|async|await|break|const|continue|crate|dyn|else|enum|false|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|super|trait|true|type|unsafe|use|where|while)\b/g;

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(WORDS)) {
    const kind = match[1] ? "c" : match[2] ? "s" : "k";
    parts.push(text.slice(end, match.index), make("span", { class: kind }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

function codeLine(number, text, kind, mark) {
  return make(kind === "differs" ? "mark" : "span", { class: `l ${kind}`, "data-n": number, "data-mark": mark }, ...coloured(text), "\n");
}

// Each comparison as two listings, whose lines stand beside each other where there is room.
function besides(comparisons) {
  return comparisons.map(({ title, paths, lines }) => {
    const side = (which, kind, word, mark) => {
      const line = (pair) => {
        const own = pair[which];
        if (!own) return make("span", { class: "l missing", "data-n": "", "data-mark": "" }, "\n");
        return codeLine(own[0], own[1], pair[2] ? "differs" : "", pair[2] ? mark : " ");
      };
      const caption = make("figcaption", {}, make("b", {}, word), ` ${paths[which]}`);
      const code = make("pre", { class: "code", tabindex: 0, role: "region", "aria-label": `${word}: ${paths[which]}` }, ...lines.map(line));
      return make("figure", { class: kind }, caption, code);
    };
    const two = make("div", { class: "two" }, side(0, "broken", "Wrong", "−"), side(1, "correct", "Right", "+"));
    return make("section", {}, make("h3", {}, title), two);
  });
}
