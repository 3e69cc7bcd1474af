// The sentences scripts show, in the page's language: the server writes them into a JSON data block.
let words = null;

export function word(id, values = {}) {
  words ??= JSON.parse(document.getElementById("words")?.textContent || "{}");
  const text = words[id] ?? id;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
