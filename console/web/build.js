// Bundles the console's scripts and styles into ../static/dist; runs on Debian's own Node 18.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, "..", "static", "dist");

// One SVG file with a <symbol> per icon: pages refer to it by <use>, so no markup is repeated and no font is loaded.
async function sprite(names) {
  const symbols = names.map(async (name) => {
    const svg = await readFile(path.join(here, "node_modules/bootstrap-icons/icons", `${name}.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${body.trim()}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${(await Promise.all(symbols)).join("")}</svg>\n`;
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { app: "js/app.js", telephone: "js/telephone.js", theme: "js/theme.js", style: "css/style.css" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari15"],
  loader: { ".woff2": "file" },
  assetNames: "[name]-[hash]",
  logLevel: "warning",
  legalComments: "linked",
});
const icons = (await readFile(path.join(here, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
await writeFile(path.join(out, "icons.svg"), await sprite(icons));

// The pages add this to every address, so that browsers may keep the files for ever.
const digest = createHash("sha256");
for (const name of (await readdir(out)).sort()) digest.update(name).update(await readFile(path.join(out, name)));
await writeFile(path.join(out, "version.txt"), digest.digest("hex").slice(0, 12));
