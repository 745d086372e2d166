/**
 * The venue code 场所码 in the page's address: the venue's id, so that the venue is known offline, the short code, and a
 * mark that only the service can check.
 */
export interface VenueCode {
  readonly code: string;
  readonly venue: string;
}

/** The same form as the service's own (functions/venues/codes.py). */
const CODE = /^([A-Za-z0-9_-]{1,40})-([0-9A-HJKMNP-TV-Z]{8}[0-9]{2})-[a-z2-7]{8}$/;

/** The code at the end of a path, /c/V-10-K7QM3XPA91-aebagbaf; undefined when it is none, as of a poster read by half. */
export function readCode(path: string): VenueCode | undefined {
  const last =
    path
      .split("/")
      .filter((part) => part !== "")
      .pop() ?? "";
  const [code, venue, short] = CODE.exec(last) ?? [];
  if (code === undefined || venue === undefined || short === undefined || !isWhole(short)) return undefined;
  return { code, venue };
}

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Whether the check digits fit: they are the eight characters' number, in base 32, modulo 97. */
function isWhole(short: string): boolean {
  const rest = [...short.slice(0, 8)].reduce((sum, char) => (sum * 32 + ALPHABET.indexOf(char)) % 97, 0);
  return rest === Number(short.slice(8));
}
