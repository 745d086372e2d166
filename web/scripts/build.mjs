/**
 * Build the pages of every origin, or of those named: `node scripts/build.mjs [me] [gate] [desk]`.
 *
 * What a service worker must know of its build is written into it here: the digest, the folders, the files to keep.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";

const ORIGINS = ["me", "gate", "desk"];
/** Fetched when they are needed, and kept then: the scanner's reader, voices, another language, our own inflate. */
const LATER = /\.(wasm|mp3)$|^v\/inflate\.js$|(^|\/)(scanner|reader|later)[-.]/;

function filesOf(folder) {
  const found = readdirSync(folder, { recursive: true }).filter((path) => statSync(`${folder}/${path}`).isFile());
  return found.sort();
}

function finishWorker(folder) {
  const path = `${folder}/sw.js`;
  if (!existsSync(path)) return;
  const files = filesOf(folder).filter((file) => file !== "sw.js");
  const digest = createHash("sha256");
  for (const file of files) digest.update(file).update(readFileSync(`${folder}/${file}`));
  const kept = files.filter((file) => !LATER.test(file)).map((file) => `/${file}`);
  const folders = files.filter((file) => file.endsWith("index.html")).map((file) => `/${file.slice(0, -11)}`);
  const told = {
    __FILES__: JSON.stringify(kept),
    __FOLDERS__: JSON.stringify(folders.sort((a, b) => b.length - a.length)),
  };
  let text = readFileSync(path, "utf8").replace("__BUILD__", digest.digest("hex").slice(0, 16));
  for (const [place, value] of Object.entries(told)) {
    if (!text.includes(`"${place}"`)) throw new Error(`"${place}" is not in sw.js`);
    text = text.replace(`"${place}"`, () => JSON.stringify(value));
  }
  writeFileSync(path, text);
}

const wanted = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
for (const origin of wanted.length > 0 ? wanted : ORIGINS) {
  const level = flags.includes("--quiet") ? ["--logLevel", "warn"] : [];
  const built = spawnSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", ...level], {
    stdio: "inherit",
    env: { ...process.env, ORIGIN: origin },
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
  finishWorker(`dist/${origin}`);
}
