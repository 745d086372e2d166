/** What the service refused, in words by its code; the desk's general words for the rest. */
import { Problem } from "../shared/api";
import { faultText } from "../desk/faults";
import { namedColumns } from "../desk/jobs";
import { columnName, type Voice, wordOf } from "./words";

/** A sentence with what to do. Anything that is no answer of the service's is thrown on. */
export function told(voice: Voice, error: unknown): string {
  if (error instanceof Problem) {
    // Laws of single members say more than the code of the whole.
    const laws = error.errors.flatMap(({ law }) => wordOf("law", law) ?? []).map((word) => voice.say(word));
    if (laws.length > 0) return [...new Set(laws)].join(" ");
    const word = wordOf("code", error.code);
    if (word !== undefined) return voice.say(word);
  }
  return namedColumns(voice, faultText(voice, error), (column) => columnName(voice, column));
}
