/** Identity documents 证件 as the page checks them before anything is sent; the service decides by the same rules. */

/** The types that enrolment knows, the commonest first. */
export const DOCUMENT_TYPES = [
  "resident-id",
  "hk-macao-residence",
  "taiwan-residence",
  "foreigner-permanent-residence",
  "passport",
  "hk-macao-permit",
  "taiwan-permit",
] as const;

export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** What is wrong with a number; the service's own names. */
export type NumberLaw = "id-missing" | "id-length" | "id-form" | "id-birth-date" | "id-check-digit";

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = "10X98765432";
const EARLIEST = Date.UTC(1890, 0, 1);

const FORMS: Readonly<Partial<Record<DocumentType, RegExp>>> = {
  passport: /^[A-Z0-9]{5,9}$/,
  "hk-macao-permit": /^[HM][0-9]{8}([0-9]{2})?$/,
  "taiwan-permit": /^[0-9]{8}([0-9]{2})?$/,
};

/** A number as typed, folded: full-width characters to plain ones, no spaces, capitals. */
export function foldedNumber(typed: string): string {
  return typed
    .normalize("NFKC")
    .replace(/[\s\u200b-\u200f\ufeff'’‘]/g, "")
    .toUpperCase();
}

/** The 18th character of a resident id (GB 11643-1999, ISO 7064 MOD 11-2). */
export function checkCharacter(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, place) => total + weight * Number(first17[place]), 0);
  return CHECK.charAt(sum % 11);
}

function bornOnADay(number: string): boolean {
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number);
  const born = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return born.getTime() >= EARLIEST && born.getUTCMonth() + 1 === month && born.getUTCDate() === day;
}

function residentFault(number: string): NumberLaw | undefined {
  if (number.length !== 18) return "id-length";
  if (!/^[0-9]{17}[0-9X]$/.test(number)) return "id-form";
  if (!bornOnADay(number)) return "id-birth-date";
  return checkCharacter(number.slice(0, 17)) === number[17] ? undefined : "id-check-digit";
}

/** What is wrong with a number of this type as typed, or undefined. The number stays in the page. */
export function numberFault(type: DocumentType, typed: string): NumberLaw | undefined {
  const number = foldedNumber(typed);
  if (number === "") return "id-missing";
  const form = FORMS[type];
  if (form !== undefined) return form.test(number.replace(/[()\-_·:.]/g, "")) ? undefined : "id-form";
  if (type === "foreigner-permanent-residence" && /^[A-Z]{3}[0-9]{12}$/.test(number)) return undefined;
  return residentFault(number);
}

/** The 11 digits of a mainland mobile phone as typed, or undefined. */
export function mobileOf(typed: string): string | undefined {
  const digits = typed
    .normalize("NFKC")
    .replace(/[\s().-]/g, "")
    .replace(/^(\+?0{0,2}86)(?=1\d{10}$)/, "");
  return /^1[3-9]\d{9}$/.test(digits) ? digits : undefined;
}
