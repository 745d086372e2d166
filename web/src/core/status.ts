/** Bitstring Status List 1.0: which passes were withdrawn (credentials.md, section 6). */
import { type Bytes, fromBase64url } from "./bytes";
import { gunzip } from "./deflated";
import { canonical, type Shape } from "./json";
import { readCompact, signedBy } from "./jws";
import { headerTable, type Key, type KeySet, maySign } from "./keys";
import { type Pass, sameTexts, toRfc3339 } from "./profile";
import { Refused, unreadable, untrusted } from "./refusal";
import { refuseHeader, type StatusSource } from "./verify";

const TYP = "vc+jwt";
const TOKEN_LIMIT = 262_144;
const LEAST_BYTES = 16_384;
const MOST_BYTES = 131_072;
const LEEWAY_S = 60;

const SHAPE: Shape = {
  iss: "text",
  iat: "instant",
  nbf: "instant",
  exp: "instant",
  "@context": ["text"],
  id: "text",
  type: ["text"],
  issuer: "text",
  validFrom: "text",
  validUntil: "text",
  credentialSubject: { id: "text", type: "text", statusPurpose: "text", ttl: "integer", encodedList: "text" },
};

interface ListPayload {
  readonly iss: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly "@context": readonly string[];
  readonly id: string;
  readonly type: readonly string[];
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly credentialSubject: {
    readonly id: string;
    readonly type: string;
    readonly statusPurpose: string;
    readonly encodedList: string;
  };
}

interface Held {
  readonly validFrom: number;
  readonly validUntil: number;
  readonly bits: Bytes;
}

function listFits(list: ListPayload, issuer: string): boolean {
  const home = `${issuer}/status/`;
  const { id, type, statusPurpose } = list.credentialSubject;
  return (
    list.issuer === issuer &&
    sameTexts(list["@context"], ["https://www.w3.org/ns/credentials/v2"]) &&
    sameTexts(list.type, ["VerifiableCredential", "BitstringStatusListCredential"]) &&
    list.id.startsWith(home) &&
    /^[A-Za-z0-9-]{1,32}$/.test(list.id.slice(home.length)) &&
    id === `${list.id}#list` &&
    type === "BitstringStatusList" &&
    statusPurpose === "revocation" &&
    list.iat === list.nbf &&
    list.nbf < list.exp &&
    list.validFrom === toRfc3339(list.nbf) &&
    list.validUntil === toRfc3339(list.exp)
  );
}

async function readBits(encoded: string): Promise<Bytes> {
  const squeezed = encoded.startsWith("u") ? fromBase64url(encoded.slice(1)) : undefined;
  const bits = squeezed && (await gunzip(squeezed, MOST_BYTES));
  if (bits === undefined || bits.length < LEAST_BYTES) throw unreadable("status");
  return bits;
}

/** The lists a verifier holds: the newest of each, with every bit it has ever seen set. */
export class StatusLists implements StatusSource {
  private readonly headers: ReadonlyMap<string, Key>;
  private readonly held = new Map<string, Held>();

  /** `maxAgeS`: the oldest list this caller accepts; without it the list's own `validUntil` alone decides. */
  constructor(
    keys: KeySet,
    private readonly issuer: string,
    private readonly maxAgeS: number = Number.POSITIVE_INFINITY,
  ) {
    this.headers = headerTable(keys, TYP);
  }

  /** Take in a list at `at` (epoch seconds). Throws Refused: `unreadable`, `untrusted` or `not-yet-valid`. */
  async add(token: string, at: number): Promise<void> {
    const list = await this.read(token);
    if (list.nbf > at + LEEWAY_S) throw new Refused("not-yet-valid", { law: "clock" });
    let bits = await readBits(list.credentialSubject.encodedList);
    const held = this.held.get(list.id);
    if (held !== undefined) {
      if (list.nbf < held.validFrom) throw untrusted("status");
      if (bits.length !== held.bits.length) throw unreadable("status");
      bits = bits.map((byte, place) => byte | (held.bits[place] ?? 0));
    }
    this.held.set(list.id, { validFrom: list.nbf, validUntil: list.exp, bits });
  }

  check(pass: Pass, at: number): number {
    const held = this.held.get(pass.payload.credentialStatus.statusListCredential);
    if (held === undefined) throw new Refused("status-unknown", { law: "missing", pass });
    const ageS = Math.max(0, at - held.validFrom);
    const index = pass.statusIndex;
    const byte = held.bits[index >> 3];
    if (byte === undefined) throw new Refused("status-unknown", { law: "short", pass, ageS });
    if ((byte >> (7 - (index & 7))) & 1) throw new Refused("withdrawn", { pass });
    if (at >= held.validUntil || ageS > this.maxAgeS) {
      throw new Refused("status-unknown", { law: "old", pass, ageS });
    }
    return ageS;
  }

  private async read(token: string): Promise<ListPayload> {
    const parts = readCompact(token, TOKEN_LIMIT);
    const key = this.headers.get(parts.header);
    if (key === undefined) throw refuseHeader(parts.header);
    const list = canonical(parts.payload, SHAPE) as ListPayload | undefined;
    if (list === undefined) throw unreadable("canonical");
    if (list.iss !== this.issuer) throw untrusted("shape", key.kid);
    if (!listFits(list, this.issuer)) throw unreadable("shape");
    if (!maySign(key, "status", list.iat) || !(await signedBy(key, parts))) {
      throw untrusted("signature", key.kid);
    }
    return list;
  }
}
