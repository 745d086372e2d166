/** The profile of a pass: laws 4 to 6 of its payload. Changing anything here changes what every verifier accepts. */
import { fromBase64url, toInteger } from "./bytes";
import { canonical, type Shape } from "./json";
import { onP256 } from "./p256";
import { Refused, unreadable, untrusted } from "./refusal";

/** Public half of a holder's key: exactly these members. */
export interface HolderJwk {
  readonly crv: "P-256";
  readonly kty: "EC";
  readonly x: string;
  readonly y: string;
}

interface Payload {
  readonly iss: string;
  readonly sub: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly "@context": readonly string[];
  readonly type: readonly string[];
  readonly issuer: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly credentialSubject: {
    readonly id: string;
    readonly name: string;
    readonly documentTail?: string;
    readonly unit: string;
    readonly zone: string;
    readonly venues: readonly string[];
    readonly test: { readonly sampledAt: string; readonly result: string; readonly reference: string };
    readonly officialDocument: { readonly number: string; readonly issuedBy: string };
  };
  readonly credentialStatus: {
    readonly type: string;
    readonly statusPurpose: string;
    readonly statusListIndex: string;
    readonly statusListCredential: string;
  };
  readonly cnf?: { readonly jwk: HolderJwk };
}

/** A pass whose payload keeps laws 4 to 6. Instants are epoch seconds. */
export interface Pass {
  readonly payload: Payload;
  readonly kid: string;
  readonly printed: boolean;
  readonly sampledAt: number;
  /** The list's name: the last part of its URL. */
  readonly statusList: string;
  readonly statusIndex: number;
}

const SHAPE: Shape = {
  iss: "text",
  sub: "text",
  iat: "instant",
  nbf: "instant",
  exp: "instant",
  "@context": ["text"],
  type: ["text"],
  issuer: "text",
  validFrom: "text",
  validUntil: "text",
  credentialSubject: {
    id: "text",
    name: "text",
    documentTail: ["optional", "text"],
    unit: "text",
    zone: "text",
    venues: ["text"],
    test: { sampledAt: "text", result: "text", reference: "text" },
    officialDocument: { number: "text", issuedBy: "text" },
  },
  credentialStatus: { type: "text", statusPurpose: "text", statusListIndex: "text", statusListCredential: "text" },
  cnf: ["optional", { jwk: { crv: "text", kty: "text", x: "text", y: "text" } }],
};

const FORBIDDEN_TEXT = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/u;
const TWO_DAYS_S = 172_800;
const END_OF_CENTURY = 4_102_444_800;
const LAST_INDEX = 2 ** 31 - 1;

function hasForbiddenText(value: unknown): boolean {
  if (typeof value === "string") return FORBIDDEN_TEXT.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasForbiddenText);
}

function lengthIn(text: string, least: number, most: number): boolean {
  if (text.length > 2 * most) return false;
  const points = [...text].length;
  return points >= least && points <= most;
}

export function sameTexts(found: readonly string[], wanted: readonly string[]): boolean {
  return found.length === wanted.length && found.every((text, place) => text === wanted[place]);
}

/** RFC 3339 in UTC to the second, as the profile writes every instant. */
export function toRfc3339(epochS: number): string {
  return `${new Date(epochS * 1000).toISOString().slice(0, 19)}Z`;
}

/** The instant of a text in that one form, or undefined when it is no real date of this century. */
export function fromRfc3339(text: string): number | undefined {
  if (!/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const epochS = Date.parse(text) / 1000;
  return Number.isNaN(epochS) || toRfc3339(epochS) !== text ? undefined : epochS;
}

function instantsFit(payload: Payload): boolean {
  const { nbf, exp } = payload;
  return (
    nbf < END_OF_CENTURY &&
    exp < END_OF_CENTURY &&
    payload.validFrom === toRfc3339(nbf) &&
    payload.validUntil === toRfc3339(exp) &&
    nbf <= exp &&
    exp - nbf <= TWO_DAYS_S
  );
}

function sampleInstant(payload: Payload): number | undefined {
  const text = payload.credentialSubject.test.sampledAt;
  const at = text.endsWith(":00Z") ? fromRfc3339(text) : undefined;
  return at !== undefined && payload.exp <= at + TWO_DAYS_S && at <= payload.iat ? at : undefined;
}

function typesFit(payload: Payload, printed: boolean): boolean {
  const types = printed ? ["PrintedPass"] : [];
  return (
    sameTexts(payload.type, ["VerifiableCredential", "EpidemicPass", ...types]) &&
    sameTexts(payload["@context"], ["https://www.w3.org/ns/credentials/v2", `${payload.iss}/contexts/v1`]) &&
    payload.issuer === payload.iss &&
    (payload.cnf === undefined) === printed &&
    (payload.credentialSubject.documentTail !== undefined) === printed
  );
}

function subjectFits(payload: Payload): boolean {
  const subject = payload.credentialSubject;
  const { documentTail, test, officialDocument } = subject;
  return (
    /^urn:epipass:[A-Za-z0-9_-]{16}$/.test(payload.sub) &&
    subject.id === payload.sub &&
    lengthIn(subject.name, 1, 32) &&
    (documentTail === undefined || lengthIn(documentTail, 4, 4)) &&
    lengthIn(subject.unit, 1, 64) &&
    lengthIn(subject.zone, 0, 32) &&
    subject.venues.length <= 8 &&
    subject.venues.every((venue) => lengthIn(venue, 1, 32)) &&
    test.result === "negative" &&
    /^[A-Za-z0-9_-]{16}$/.test(test.reference) &&
    lengthIn(officialDocument.number, 1, 32) &&
    lengthIn(officialDocument.issuedBy, 1, 64)
  );
}

function listName(payload: Payload): string | undefined {
  const { type, statusPurpose, statusListIndex, statusListCredential } = payload.credentialStatus;
  const start = `${payload.iss}/status/`;
  const name = statusListCredential.slice(start.length);
  const fitting =
    type === "BitstringStatusListEntry" &&
    statusPurpose === "revocation" &&
    /^(0|[1-9][0-9]{0,9})$/.test(statusListIndex) &&
    Number(statusListIndex) <= LAST_INDEX &&
    statusListCredential.startsWith(start) &&
    /^[A-Za-z0-9-]{1,32}$/.test(name);
  return fitting ? name : undefined;
}

function holderKeyFits(jwk: HolderJwk): boolean {
  if (jwk.crv !== "P-256" || jwk.kty !== "EC" || jwk.x.length !== 43 || jwk.y.length !== 43) return false;
  const x = fromBase64url(jwk.x);
  const y = fromBase64url(jwk.y);
  return x !== undefined && y !== undefined && onP256(toInteger(x), toInteger(y));
}

/**
 * The pass of these payload bytes, by laws 4 (canonical), 5 (text) and 6 (shape, `iss` first).
 *
 * Throws Refused: `untrusted` for a foreign issuer, else `unreadable`.
 */
export function readPass(bytes: Uint8Array, kid: string, issuer: string): Pass {
  const value = canonical(bytes, SHAPE);
  if (value === undefined) throw unreadable("canonical");
  if (hasForbiddenText(value)) throw unreadable("text");
  const payload = value as Payload;
  if (payload.iss !== issuer) throw untrusted("shape", kid);
  const printed = payload.type.length === 3;
  const sampledAt = sampleInstant(payload);
  const statusList = listName(payload);
  const whole =
    typesFit(payload, printed) &&
    instantsFit(payload) &&
    subjectFits(payload) &&
    (payload.cnf === undefined || holderKeyFits(payload.cnf.jwk));
  if (!whole || sampledAt === undefined || statusList === undefined) {
    throw new Refused("unreadable", { law: "shape" });
  }
  const statusIndex = Number(payload.credentialStatus.statusListIndex);
  return { payload, kid, printed, sampledAt, statusList, statusIndex };
}
