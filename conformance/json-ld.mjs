// Hold credentials to the data model with npm's @digitalbazaar/vc, and expand them with its JSON-LD in safe mode, where a
// member or type that no context gives a meaning is an error.
// Usage: node conformance/json-ld.mjs CONTEXT_URL CONTEXT_FILE MODULES < credentials, one JSON object a line; MODULES is a
// folder whose node_modules has both, such as the data model suite's. Prints one JSON object a credential.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {resolve} from "node:path";
import {pathToFileURL} from "node:url";

const [, , url, file, modules] = process.argv;
const require = createRequire(resolve(modules, "package.json"));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const vc = await load("@digitalbazaar/vc");
const {default: jsonld} = await load("jsonld");

const ours = {contextUrl: null, documentUrl: url, document: JSON.parse(readFileSync(file, "utf8"))};
const documentLoader = async (wanted) => (wanted === url ? ours : vc.defaultDocumentLoader(wanted));

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  try {
    const credential = JSON.parse(line);
    vc._checkCredential({credential, mode: "issue"});
    const [expanded] = await jsonld.expand(credential, {documentLoader, safe: true});
    console.log(JSON.stringify({ok: true, members: Object.keys(expanded).length}));
  } catch (error) {
    console.log(JSON.stringify({ok: false, code: error.details?.event?.message ?? error.message}));
  }
}
