/** What the wallet shows is what the verifying core accepts as live, and nothing that differs in one fact is. */
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import dictionary1 from "../../credentials/data/dictionary-1.json";
import { concat, fromBase64url, toBase64url, utf8 } from "../src/core/bytes";
import { headerPart, sha256 } from "../src/core/jws";
import { keysFromJwks } from "../src/core/keys";
import { liveDigits, type Packed, presentLive } from "../src/core/present";
import { toRfc3339 } from "../src/core/profile";
import { Refused } from "../src/core/refusal";
import { unpack } from "../src/core/transport";
import { UNCHECKED, Verifier } from "../src/core/verify";
import { makeKey, type OwnKey, sign } from "../src/shared/keys";

const ISSUER = "https://pass.example.gov";
const NOW = 1_795_600_000;
const DICTIONARIES = { [dictionary1.id]: dictionary1.parts.join("") };
const GATE = "https://gate.pass.example.gov/v#";

function payloadOf({ jwk }: OwnKey): string {
  const [from, until, sampled] = [NOW - 3600, NOW + 86_400, Math.floor((NOW - 7200) / 60) * 60];
  const sub = "urn:epipass:AAECAwQFBgcICQoL";
  return JSON.stringify({
    iss: ISSUER,
    sub,
    iat: from,
    nbf: from,
    exp: until,
    "@context": ["https://www.w3.org/ns/credentials/v2", `${ISSUER}/contexts/v1`],
    type: ["VerifiableCredential", "EpidemicPass"],
    issuer: ISSUER,
    validFrom: toRfc3339(from),
    validUntil: toRfc3339(until),
    credentialSubject: {
      id: sub,
      name: "张*明",
      unit: "第三人民医院",
      zone: "A3",
      venues: [],
      test: { sampledAt: toRfc3339(sampled), result: "negative", reference: "mZ3v0xK9QwE1rT5y" },
      officialDocument: { number: "EPI-2026-0000001", issuedBy: "区疫情防控指挥部" },
    },
    credentialStatus: {
      type: "BitstringStatusListEntry",
      statusPurpose: "revocation",
      statusListIndex: "4711",
      statusListCredential: `${ISSUER}/status/2026-11-24a-1`,
    },
    cnf: { jwk: { crv: "P-256", kty: "EC", x: jwk.x, y: jwk.y } },
  });
}

/** A specimen issuer's pass for a holder's key, packed as the service packs it, and a verifier of its passes. */
async function issued(holder: OwnKey): Promise<{ pass: Packed; verifier: Verifier }> {
  const issuer = await makeKey();
  const { x, y } = issuer.jwk;
  const digest = await sha256(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
  const kid = (fromBase64url(digest) ?? new Uint8Array()).slice(0, 8);
  const payload = utf8(payloadOf(holder));
  const signed = `${headerPart("vc+jwt", toBase64url(kid))}.${toBase64url(payload)}`;
  const signature = await sign(issuer, signed);
  const dictionary = Buffer.from(utf8((DICTIONARIES[1] ?? "").replaceAll("{issuer}", ISSUER)));
  const squeezed = new Uint8Array(deflateRawSync(payload, { dictionary, level: 9 }));
  const packed = toBase64url(concat(Uint8Array.of(1, 1), kid, signature, squeezed));
  const verifier = new Verifier(
    await keysFromJwks({ keys: [{ kty: "EC", crv: "P-256", x, y }] }),
    ISSUER,
    DICTIONARIES,
  );
  return { pass: { token: `${signed}.${toBase64url(signature)}`, packed }, verifier };
}

const holder = await makeKey();
const { pass, verifier } = await issued(holder);
const signs = (text: string): Promise<Uint8Array> => sign(holder, text);

function ageOf(problem: unknown): number | undefined {
  return problem instanceof Refused && problem.code === "not-live" ? problem.evidence.ageS : undefined;
}

test("a live code unpacks to the very token, with a proof of its instant", async () => {
  const digits = await presentLive(pass, ISSUER, NOW, signs);
  const back = await unpack(digits, { issuer: ISSUER, dictionaries: DICTIONARIES });
  expect(back.token).toBe(pass.token);
  expect(back.proof?.split(".")).toHaveLength(3);
});

test("a live code is accepted as live from ten seconds before its instant to sixty after", async () => {
  const shown = GATE + (await presentLive(pass, ISSUER, NOW, signs));
  for (const at of [NOW - 10, NOW, NOW + 15, NOW + 60]) {
    expect(await verifier.verifyPresentation(shown, { at, status: UNCHECKED })).toMatchObject({ live: true });
  }
  for (const [at, ageS] of [
    [NOW - 11, -11],
    [NOW + 61, 61],
  ] as const) {
    const problem: unknown = await verifier.verifyPresentation(shown, { at, status: UNCHECKED }).catch((no) => no);
    expect(ageOf(problem)).toBe(ageS);
  }
});

test("a live code with a spoken number is accepted by who spoke it alone", async () => {
  const shown = GATE + (await presentLive(pass, ISSUER, NOW, signs, "407193"));
  const asked = { at: NOW, status: UNCHECKED } as const;
  expect(await verifier.verifyPresentation(shown, { ...asked, nonce: "407193" })).toMatchObject({ live: true });
  for (const question of [asked, { ...asked, nonce: "407194" }]) {
    await expect(verifier.verifyPresentation(shown, question)).rejects.toMatchObject({ code: "not-live" });
  }
});

test("a live code signed by another key, or for another issuer, is not live", async () => {
  const other = await makeKey();
  const byAnother = await presentLive(pass, ISSUER, NOW, (text) => sign(other, text));
  const forAnother = await presentLive(pass, "https://pass.example.com", NOW, signs);
  for (const shown of [byAnother, forAnother]) {
    const verdict = verifier.verifyPresentation(shown, { at: NOW, status: UNCHECKED });
    await expect(verdict).rejects.toMatchObject({ code: "not-live" });
  }
});

test("a live code is made of nothing but a packed pass and a whole signature", () => {
  const signature = new Uint8Array(64).fill(7);
  expect(() => liveDigits("not base64url!", NOW, signature)).toThrow(RangeError);
  expect(() => liveDigits(pass.packed.slice(0, 80), NOW, signature)).toThrow(RangeError);
  expect(() => liveDigits(pass.packed, NOW, signature.subarray(1))).toThrow(RangeError);
  const live = fromBase64url(pass.packed) ?? new Uint8Array();
  live[1] = 0x11;
  expect(() => liveDigits(toBase64url(live), NOW, signature)).toThrow("already live");
});
