// What the guard page's own core says of a pass: the sources under web/src, bundled here and run without a browser.
// Usage: node drills/page.mjs WEB < questions, one JSON object a line: {statement, roots, newest_seq, issuer, lists, shown, at,
// max_age_s}. Prints a JSON object each: {seq} or {refused, law} of the statement, and `pass`, the code of the verdict.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";

const web = resolve(process.argv[2]);
const {rolldown} = await import(pathToFileURL(createRequire(join(web, "package.json")).resolve("rolldown")).href);
const folder = mkdtempSync(join(tmpdir(), "epipass-page-"));

async function core() {
  const entry = join(folder, "entry.ts");
  const from = (name) => JSON.stringify(join(web, "src", name));
  writeFileSync(
    entry,
    `export {keysFromStatement} from ${from("core/keys")};
     export {StatusLists} from ${from("core/status")};
     export {Verifier} from ${from("core/verify")};
     export {DICTIONARIES} from ${from("gate/check")};`,
  );
  const bundle = await rolldown({input: entry, platform: "node", logLevel: "silent"});
  const {output} = await bundle.generate({format: "esm"});
  writeFileSync(join(folder, "core.mjs"), output[0].code);
  return import(pathToFileURL(join(folder, "core.mjs")).href);
}

async function answer(page, question) {
  let keys;
  try {
    keys = await page.keysFromStatement(question.statement, question.roots, question.at, question.newest_seq);
  } catch (refused) {
    return {refused: refused.code ?? String(refused), law: refused.evidence?.law};
  }
  const told = {seq: keys.statement?.seq};
  if (question.shown === undefined) return told;
  try {
    const lists = new page.StatusLists(keys, question.issuer, question.max_age_s);
    for (const list of question.lists) await lists.add(list, question.at);
    const verifier = new page.Verifier(keys, question.issuer, page.DICTIONARIES);
    await verifier.verifyPresentation(question.shown, {at: question.at, status: lists});
    return {...told, pass: "ok"};
  } catch (refused) {
    return {...told, pass: refused.code ?? String(refused), law: refused.evidence?.law};
  }
}

try {
  const page = await core();
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    console.log(JSON.stringify(await answer(page, JSON.parse(line))));
  }
} finally {
  rmSync(folder, {recursive: true});
}
