/**
 * Tells a service worker what its build is made of: `node scripts/worker.mjs <folder>`, again whenever a file changed.
 *
 * One line before the bundled code: the build's digest, the folders with a page, and the SHA-256 of every file, those to
 * have from the start apart from those to have once they were used.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** Fetched when they are needed, and kept then: the scanner's reader, voices, our own inflate, what a home screen shows. */
const LATER = /\.(wasm|mp3|png|svg|webmanifest)$|^v\/inflate\.js$|(^|\/)(scanner|scan|reader|later)[-.]/;
/** At the gate a passer-by opens `/v` and no more: the pages of shifts and cards are kept by whoever opened them. */
const OF_SHIFTS = /^index\.html$|^p\/|^assets\/(home|\w*panel|counters|p)-/;
/** At the desk a grid worker alone is out with a phone: the other consoles are of no use without the network. */
const OUTDOORS = "worker/index.html";
const TEXTS = /\.(html|js|css)$/;
const TOLD = /^self\.EPIPASS=.*\n/;

function filesOf(folder) {
  const found = readdirSync(folder, { recursive: true }).filter((path) => statSync(`${folder}/${path}`).isFile());
  return found.filter((path) => path !== "sw.js").sort();
}

/** The files that a document needs, by their names in it and in what it needs. */
function neededBy(folder, all, document) {
  const needed = new Set([document]);
  for (const file of needed) {
    if (!TEXTS.test(file)) continue;
    const text = readFileSync(`${folder}/${file}`, "utf8");
    for (const other of all) if (other.startsWith("assets/") && text.includes(basename(other))) needed.add(other);
  }
  return [...needed].sort();
}

function digestsOf(folder, files) {
  return Object.fromEntries(
    files.map((file) => {
      const digest = createHash("sha256").update(readFileSync(`${folder}/${file}`));
      return [`/${file}`, digest.digest("base64url")];
    }),
  );
}

/** Write it into an origin's built folder; one without a worker is left as it is. */
export function tellWorker(folder) {
  const path = `${folder}/sw.js`;
  if (!existsSync(path)) return;
  const code = readFileSync(path, "utf8").replace(TOLD, "");
  // A worker is registered as a classic script: shared with a page by mistake, it would not even parse.
  if (/^\s*(import|export)\b/m.test(code)) throw new Error(`${path} is split into modules`);
  const every = filesOf(folder);
  const all = every.includes(OUTDOORS) ? neededBy(folder, every, OUTDOORS) : every;
  const isLater = (file) => LATER.test(file) || (all.includes("v/index.html") && OF_SHIFTS.test(file));
  const build = {
    folders: all.filter((file) => file.endsWith("index.html")).map((file) => `/${file.slice(0, -11)}`),
    files: digestsOf(
      folder,
      all.filter((file) => !isLater(file)),
    ),
    later: digestsOf(folder, all.filter(isLater)),
  };
  // The worker's own code counts: another worker over the same pages is another build, with a cache of its own.
  const id = createHash("sha256").update(code).update(JSON.stringify(build)).digest("hex").slice(0, 16);
  writeFileSync(path, `self.EPIPASS=${JSON.stringify({ id, ...build })}\n${code}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) for (const folder of argv.slice(2)) tellWorker(folder);
