/**
 * Law 4, canonical: JSON of one shape has exactly one spelling, and nothing else is read.
 *
 * Parsing and writing again refuses duplicates, white space, floats, odd escapes, a BOM and trailing bytes; the
 * ordered member names refuse reordering and anything unknown.
 */
import { fromUtf8 } from "./bytes";

export type Shape =
  | "key"
  | "text"
  | "integer"
  | "instant"
  | readonly [Shape]
  | { readonly [member: string]: Shape | readonly ["optional", Shape] };

function isOptional(shape: Shape | readonly ["optional", Shape]): shape is readonly ["optional", Shape] {
  return Array.isArray(shape) && shape[0] === "optional" && shape.length === 2;
}

function membersFit(value: Record<string, unknown>, shape: Readonly<Record<string, unknown>>): boolean {
  const found = Object.keys(value);
  let next = 0;
  for (const [member, wanted] of Object.entries(shape) as [string, Shape | readonly ["optional", Shape]][]) {
    const optional = isOptional(wanted);
    if (found[next] !== member) {
      if (optional) continue;
      return false;
    }
    if (!fits(value[member], optional ? wanted[1] : wanted)) return false;
    next++;
  }
  return next === found.length;
}

function isTenDigits(value: number): boolean {
  return value >= 1_000_000_000 && value <= 9_999_999_999;
}

/** Whether a parsed value has this shape, its members in this order and no others. */
export function fits(value: unknown, shape: Shape): boolean {
  // What every language writes alike: names of letters, texts without escapes, whole numbers. Whether it is a key, `keys.ts` asks.
  if (shape === "key") return /^{("[a-z]\w*":("[^"\\]*"|\d{1,15}),?)*}$/.test(JSON.stringify(value));
  // Half a character is no text: other languages cannot even read it.
  if (shape === "text") return typeof value === "string" && !/[\ud800-\udfff]/u.test(value);
  if (shape === "integer") return Number.isSafeInteger(value);
  if (shape === "instant") return Number.isInteger(value) && isTenDigits(value as number);
  if (Array.isArray(shape)) {
    const [element] = shape as readonly [Shape];
    return Array.isArray(value) && value.every((item) => fits(item, element));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return membersFit(value as Record<string, unknown>, shape as Readonly<Record<string, unknown>>);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value that these bytes spell canonically, or undefined when they are not the canonical form of this shape. */
export function canonical(bytes: Uint8Array, shape: Shape): unknown {
  const text = fromUtf8(bytes);
  if (text === undefined) return undefined;
  const value = parse(text);
  return JSON.stringify(value) === text && fits(value, shape) ? value : undefined;
}
