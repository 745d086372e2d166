/** The ten characters on a paper card, as they are scanned or typed: the service's own form (functions/venues/codes.py). */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FORM = /^[0-9A-HJKMNP-TV-Z]{8}[0-9]{2}$/;
const TYPED = /^[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{2}$/;
const RANDOM = 8;

/** The card's characters as they are sent, undefined when one of them was misread; what looks alike is folded. */
export function readCard(text: string): string | undefined {
  const folded = text.normalize("NFKC").toUpperCase().replace(/[-\s]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (!FORM.test(folded)) return undefined;
  // The check digits are the eight characters' number, in base 32, modulo 97.
  const rest = [...folded.slice(0, RANDOM)].reduce((sum, char) => (sum * 32 + ALPHABET.indexOf(char)) % 97, 0);
  return rest === Number(folded.slice(RANDOM)) ? folded : undefined;
}

/** Whether a text has the form of a card's characters, right or wrong. */
export function looksLikeCard(text: string): boolean {
  return TYPED.test(text.trim());
}
