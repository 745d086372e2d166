// Verify compact JWS tokens with npm's jose and a JWK set alone, as a stranger would who knows nothing of epipass.
// Usage: node conformance/jose-verify.mjs JWKS_FILE ISSUER < tokens, one a line. Prints one JSON object a token.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const require = createRequire(new URL("../web/package.json", import.meta.url));
const {createLocalJWKSet, jwtVerify} = await import(pathToFileURL(require.resolve("jose")).href);

const [, , file, issuer] = process.argv;
const keys = createLocalJWKSet(JSON.parse(readFileSync(file, "utf8")));
for (const token of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  try {
    const {payload, protectedHeader} = await jwtVerify(token, keys, {algorithms: ["ES256"], issuer, typ: "vc+jwt"});
    console.log(JSON.stringify({ok: true, sub: payload.sub, kid: protectedHeader.kid, subject: payload.credentialSubject}));
  } catch (error) {
    console.log(JSON.stringify({ok: false, code: error.code ?? error.name}));
  }
}
