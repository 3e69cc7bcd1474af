// Everything the console's pages do in the browser; each module attaches itself to what it finds.
import "./requests.js";
import "./operator.js";
import "./board.js";
import "./dialogs.js";
import "./drafts.js";
import "./fields.js";
import "./focus.js";
import "./keys.js";
import "./find.js";
import "./filters.js";
import "./live.js";
import "./next.js";
import "./opened.js";
import "./player.js";
import "./rows.js";
import "./list_memory.js";
import "./telephone_bar.js";
import "./times.js";
import "./work.js";

// Keys and clicks find everything attached: htmx reads the page at this same event, and was there to hear it first.
document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.dataset.ready = "";
});
