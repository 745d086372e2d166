// Verify presentations (`token~proof`) with npm's @sd-jwt/core, which knows SD-JWT and key binding and nothing of epipass.
// Usage: node conformance/sd-jwt-verify.mjs JWKS_FILE ISSUER NONCE MODULES < presentations, one a line; MODULES is the
// folder whose node_modules has @sd-jwt/core. Prints one JSON object a presentation.
import {createHash, createPublicKey, verify} from "node:crypto";
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {resolve} from "node:path";

const [, , file, issuer, nonce, modules] = process.argv;
const {SDJwtInstance} = createRequire(resolve(modules, "package.json"))("@sd-jwt/core");
const {keys} = JSON.parse(readFileSync(file, "utf8"));

// The library leaves ES256 to its caller: node's own, r and s as JOSE has them.
const isGenuine = (data, signature, jwk) =>
  verify(
    "sha256",
    Buffer.from(data),
    {key: createPublicKey({key: jwk, format: "jwk"}), dsaEncoding: "ieee-p1363"},
    Buffer.from(signature, "base64url")
  );

const instance = new SDJwtInstance({
  hasher: (data, alg) => createHash(alg.replace("-", "")).update(Buffer.from(data)).digest(),
  hashAlg: "sha-256",
  verifier: (data, signature) => {
    const {kid} = JSON.parse(Buffer.from(data.split(".")[0], "base64url").toString());
    const jwk = keys.find((key) => key.kid === kid);
    return jwk !== undefined && isGenuine(data, signature, jwk);
  },
  kbVerifier: (data, signature, payload) => isGenuine(data, signature, payload.cnf.jwk),
});

for (const text of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  try {
    const {payload, kb} = await instance.verify(text, {keyBindingNonce: nonce});
    if (payload.iss !== issuer || kb.payload.aud !== issuer) throw new Error("another issuer or audience");
    console.log(JSON.stringify({ok: true, iss: payload.iss}));
  } catch (error) {
    console.log(JSON.stringify({ok: false, code: error.message}));
  }
}
