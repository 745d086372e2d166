/**
 * Hand scanners that type: what is read comes as key presses, faster than any hand, and ends with Enter.
 *
 * They work anywhere on the page, except while somebody types into a field of it.
 */

/** Keys further apart than this are a person's. */
const HAND_MS = 80;
/** The shortest thing worth reading. */
const SHORTEST = 4;
const LONGEST = 8192;

/** Puts key presses together; pure, so that it can be tried without a keyboard. */
export class Wedge {
  private text = "";
  private at = Number.NEGATIVE_INFINITY;

  /** Take in a key at `nowMs`; the text when it was the last of a scan. */
  press(key: string, nowMs: number): string | undefined {
    if (nowMs - this.at > HAND_MS) this.text = "";
    this.at = nowMs;
    if (key === "Enter" || key === "Tab") {
      const text = this.text;
      this.text = "";
      return text.length >= SHORTEST ? text : undefined;
    }
    if (key.length === 1 && this.text.length < LONGEST) this.text += key;
    return undefined;
  }

  /** Whether a scan is coming in: its keys must press no buttons. */
  busy(nowMs: number): boolean {
    return this.text.length > 1 && nowMs - this.at <= HAND_MS;
  }
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Hear a hand scanner until the returned function is called. */
export function hearWedge(read: (text: string) => void): () => void {
  const wedge = new Wedge();
  const hear = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isField(event.target)) return;
    const busy = wedge.busy(event.timeStamp);
    const text = wedge.press(event.key, event.timeStamp);
    // Enter and spaces of a scan would press whatever button has the focus.
    if (busy || text !== undefined) event.preventDefault();
    if (text !== undefined) read(text);
  };
  addEventListener("keydown", hear, true);
  return () => removeEventListener("keydown", hear, true);
}
