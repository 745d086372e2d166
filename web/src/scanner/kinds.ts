/** What a scanned text is before anybody verifies it: a pass's, one of our other codes, a document's, somebody's address. */
import { looksLikeCard, readCard } from "./codes";
import { type Read, readDocument } from "./documents";

/** A text by what it leads to. */
export type Kind =
  | { readonly kind: "pass" }
  /** A venue's poster, for check-in; a gate's own poster, where a shift begins. */
  | { readonly kind: "venue" }
  | { readonly kind: "gate"; readonly gate: string }
  /** A paper card of somebody without a smartphone; `card` is undefined when a character of it was misread. */
  | { readonly kind: "card"; readonly card: string | undefined }
  /** An identity document, from a reader that types. */
  | { readonly kind: "document"; readonly read: Read }
  /** An address that is not ours; `host` is what a browser would open, or the scheme where there is no host. */
  | { readonly kind: "foreign"; readonly host: string; readonly reportable: boolean }
  /** No address and nothing that could be a pass. */
  | { readonly kind: "other" };

/** Our own origins, without a trailing slash. */
export interface Origins {
  readonly gate: readonly string[];
  readonly me: readonly string[];
}

const LONGEST = 8192;
const LONGEST_HOST = 253;
/** Digits, `jws` or `jws~proof`: what a pass's code holds after its `#`. A JWS begins as `{"` does in base64url. */
const BARE_PASS = /^([0-9]+|eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}(~[A-Za-z0-9._-]+)?)$/;
/** An address as people write it, without its scheme: many cameras open it all the same. */
const BARE_ADDRESS = /^(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+(?::\d+)?(?:[/?#]|$)/u;
/** What a phone opens when it is tapped, besides web addresses; a Wi-Fi code or a visiting card leads nowhere. */
const OPENS = /^([a-z][a-z0-9+.-]*:\/\/|(javascript|data|blob|file|intent|tel|sms|smsto|mailto):)/i;
const CARD_PAGE = /^\/p\/?$/;
const GATE_ID = /^[A-Za-z0-9_-]{1,40}$/;

function addressOf(text: string): URL | undefined {
  const whole = BARE_ADDRESS.test(text) ? `https://${text}` : text;
  try {
    return new URL(whole);
  } catch {
    return undefined;
  }
}

function ours(url: URL, origins: Origins): Kind | undefined {
  if (origins.me.includes(url.origin)) return url.pathname.startsWith("/c/") ? { kind: "venue" } : { kind: "other" };
  if (!origins.gate.includes(url.origin)) return undefined;
  if (CARD_PAGE.test(url.pathname)) return { kind: "card", card: readCard(url.hash.slice(1)) };
  const gate = new URLSearchParams(url.hash.slice(1)).get("gate");
  if (gate !== null && GATE_ID.test(gate)) return { kind: "gate", gate };
  return url.hash.length > 1 ? { kind: "pass" } : { kind: "other" };
}

/** Say what a text is. A pass's digits behind a foreign address are foreign: the address is what a camera would open. */
export function kindOf(scanned: string, origins: Origins): Kind {
  const text = scanned.trim();
  if (text === "" || text.length > LONGEST) return { kind: "other" };
  // Before a pass's digits, which are many more: a document's 18 and a card's ten are digits too.
  const read = readDocument(text);
  if (read !== undefined) return { kind: "document", read };
  const card = looksLikeCard(text) ? readCard(text) : undefined;
  if (card !== undefined) return { kind: "card", card };
  if (BARE_PASS.test(text) || text.startsWith("#")) return { kind: "pass" };
  const url = addressOf(text);
  if (url === undefined) return { kind: "other" };
  const known = ours(url, origins);
  if (known !== undefined) return known;
  if (!OPENS.test(text) && !BARE_ADDRESS.test(text) && !/^https?:/i.test(text)) return { kind: "other" };
  const web = url.protocol === "https:" || url.protocol === "http:";
  const named = web && url.hostname !== "" && url.hostname.length <= LONGEST_HOST;
  return { kind: "foreign", host: named ? url.hostname : url.protocol, reportable: named };
}
