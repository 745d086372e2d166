/**
 * What an id reader types: the number alone, or with the name and more, between tabs, commas or the like.
 *
 * Only a resident id's 18 characters are looked for, since that is what such readers read; what stands around them is
 * the name if it looks like one, and is forgotten if it does not.
 */
import { foldedNumber, numberFault, type NumberLaw } from "../me/identity";

export interface Read {
  readonly number: string;
  readonly name?: string;
  /** What is wrong with the number: it was misread. */
  readonly fault?: NumberLaw;
}

const LONGEST = 512;
const BETWEEN = /[\t\r\n,，;；|]+/;
const NUMBER = /^[0-9]{17}[0-9X]$/;
/** What readers write before a field, with a colon. */
const LABEL = /^[^:：]{1,12}[:：]\s*/;
/** A name by itself: Han characters, with the dot of longer ones; or letters with spaces. */
const NAME = /^(?:[\p{Script=Han}·•・]{2,20}|[\p{Script=Latin}][\p{Script=Latin} .'-]{1,38}[\p{Script=Latin}])$/u;
/** Words of other fields that would pass for a name. */
const NO_NAME = /^(?:男|女|.{1,3}族|汉|长期|.*(?:公安局|分局|省|市|县|区|镇|乡|村|路|街|号|室).*)$/u;

function nameOf(parts: readonly string[], place: number): string | undefined {
  const isName = (part: string | undefined): part is string =>
    part !== undefined && NAME.test(part) && !NO_NAME.test(part);
  // Beside the number first: a reader that types every field has the name as its first.
  return [parts[place + 1], parts[place - 1], parts[0]].find(isName);
}

/** What an id reader typed; undefined when there is no number of 18 characters in it. */
export function readDocument(text: string): Read | undefined {
  if (text.length > LONGEST) return undefined;
  const parts = text
    .split(BETWEEN)
    .map((part) => part.trim().replace(LABEL, ""))
    .filter((part) => part !== "");
  const place = parts.findIndex((part) => NUMBER.test(foldedNumber(part)));
  const found = parts[place];
  if (found === undefined) return undefined;
  const name = nameOf(parts, place);
  const number = foldedNumber(found);
  const fault = numberFault("resident-id", number);
  return { number, ...(name === undefined ? {} : { name }), ...(fault === undefined ? {} : { fault }) };
}
