/** The strict verifier: laws 1 to 8, then the live proof, then status; the first that fails decides. */
import { fromBase64url, fromUtf8 } from "./bytes";
import { headerPart, readCompact, signedBy } from "./jws";
import { headerTable, type Key, type KeySet, maySign } from "./keys";
import { checkLive } from "./live";
import { type Pass, readPass } from "./profile";
import { Refused, unreadable, untrusted } from "./refusal";
import { type Presented, unpack } from "./transport";

const TYP = "vc+jwt";
const LEEWAY_S = 60;
const PRESENTATION_LIMIT = 5120;
const TEXT_LIMIT = 8192;

/** Says whether a pass was withdrawn. Throws Refused `withdrawn` or `status-unknown`. */
export interface StatusSource {
  /** The age in seconds of what says that the pass at this list and index is not withdrawn. */
  check(pass: Pass, at: number): number | Promise<number>;
}

/** Says aloud that status is not looked at. */
export const UNCHECKED = "unchecked";

export interface Question {
  /** Epoch seconds. */
  readonly at: number;
  readonly status: StatusSource | typeof UNCHECKED;
  /** The number that the guard chose, if one was asked for. */
  readonly nonce?: string | undefined;
}

/** A pass that keeps every law at the instant asked for. */
export interface Verified {
  readonly pass: Pass;
  /** The holder's key signed just now. */
  readonly live: boolean;
  /** Seconds since the status list was made; undefined when it was not looked at. */
  readonly statusAgeS?: number | undefined;
}

function checkTime(pass: Pass, at: number): void {
  const { iat, nbf, exp } = pass.payload;
  if (at < nbf - LEEWAY_S || at < iat - LEEWAY_S) throw new Refused("not-yet-valid", { pass });
  if (at >= exp + LEEWAY_S) throw new Refused("expired", { pass });
}

/** Why a header that is in no table is refused: of our form it names a foreign key, else it is no pass. */
export function refuseHeader(part: string): Refused {
  const text = fromUtf8(fromBase64url(part) ?? new Uint8Array()) ?? "";
  const kid = /^\{"alg":"ES256","typ":"vc\+jwt","kid":"([A-Za-z0-9_-]{1,64})"\}$/.exec(text)?.[1];
  return kid !== undefined && headerPart(TYP, kid) === part ? untrusted("header", kid) : unreadable("header");
}

/** What follows the first `#`, or the whole text: bounded before it is searched. */
function fragmentOf(text: unknown): string {
  if (typeof text !== "string") throw unreadable("size");
  if (text.length > TEXT_LIMIT) throw unreadable("size");
  const hash = text.indexOf("#");
  return hash < 0 ? text : text.slice(hash + 1);
}

/**
 * Verifies passes of one issuer with one key set; the clock, the status and the text are handed in.
 *
 * Made with another issuer's key statement it throws Refused `untrusted`.
 */
export class Verifier {
  private readonly headers: ReadonlyMap<string, Key>;

  constructor(
    private readonly keys: KeySet,
    private readonly issuer: string,
    /** Preset dictionaries of the transport, by id. */
    private readonly dictionaries: Readonly<Record<number, string>>,
  ) {
    if (keys.statement !== undefined && keys.statement.iss !== issuer) {
      throw untrusted("statement");
    }
    this.headers = headerTable(keys, TYP);
  }

  /** Verify what a holder shows: a QR's URL, its digits, a JWS, or `jws~proof`. Throws Refused, and nothing else. */
  async verifyPresentation(text: unknown, question: Question): Promise<Verified> {
    const { token, proof } = await this.readPresentation(text, question.nonce);
    const pass = await this.checkPass(token, question.at);
    if (pass.printed && proof !== undefined) throw unreadable("live");
    if (!pass.printed) await checkLive(token, proof, pass, question);
    return { pass, live: !pass.printed, statusAgeS: await this.checkStatus(pass, question) };
  }

  private async readPresentation(text: unknown, nonce: string | undefined): Promise<Presented> {
    const shown = fragmentOf(text);
    if (/^[0-9]+$/.test(shown)) {
      return unpack(shown, { issuer: this.issuer, dictionaries: this.dictionaries, nonce });
    }
    if (shown.length > PRESENTATION_LIMIT) throw unreadable("size");
    const tilde = shown.indexOf("~");
    return tilde < 0 ? { token: shown } : { token: shown.slice(0, tilde), proof: shown.slice(tilde + 1) };
  }

  protected async checkPass(token: unknown, at: number): Promise<Pass> {
    if (typeof token !== "string") throw unreadable("size");
    const parts = readCompact(token);
    const key = this.headers.get(parts.header);
    if (key === undefined) throw refuseHeader(parts.header);
    const pass = readPass(parts.payload, key.kid, this.issuer);
    if (!maySign(key, "pass", pass.payload.iat) || !(await signedBy(key, parts))) {
      throw untrusted("signature", key.kid);
    }
    checkTime(pass, at);
    return pass;
  }

  protected async checkStatus(pass: Pass, { at, status }: Question): Promise<number | undefined> {
    const { statement } = this.keys;
    if (pass.payload.iat < (statement?.notBefore ?? 0)) throw new Refused("withdrawn", { pass });
    const ageS = status === UNCHECKED ? undefined : await status.check(pass, at);
    if (statement !== undefined && at >= statement.exp) {
      throw new Refused("status-unknown", { law: "statement", pass });
    }
    return ageS;
  }
}
