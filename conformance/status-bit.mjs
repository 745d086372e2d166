// Read bits of status lists with npm's @digitalbazaar/vc-bitstring-status-list, which decides for itself where a bit lies.
// Usage: node conformance/status-bit.mjs MODULES < questions, one JSON object {encodedList, index} a line; MODULES is the
// folder whose node_modules has it. Prints one JSON object a question: whether the bit is set.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {resolve} from "node:path";
import {pathToFileURL} from "node:url";

const require = createRequire(resolve(process.argv[2], "package.json"));
const {decodeList} = await import(pathToFileURL(require.resolve("@digitalbazaar/vc-bitstring-status-list")).href);

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const {encodedList, index} = JSON.parse(line);
  const list = await decodeList({encodedList});
  console.log(JSON.stringify({ok: list.getStatus(index)}));
}
