/** The spoken number 口令: six digits chosen here, said aloud, typed by the holder, and good for one proof only. */

/** How long a number waits to be shown, seconds. */
export const NUMBER_S = 30;
const DIGITS = 6;

/** Six random digits, each as likely as another. */
export function chooseNumber(): string {
  const most = 10 ** DIGITS;
  // What lies beyond the last whole multiple would make small numbers likelier.
  const fair = Math.floor(2 ** 32 / most) * most;
  for (;;) {
    const [value = fair] = crypto.getRandomValues(new Uint32Array(1));
    if (value < fair) return String(value % most).padStart(DIGITS, "0");
  }
}

/** A number as it is read aloud: in two threes. */
export function spokenNumber(digits: string): string {
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}
