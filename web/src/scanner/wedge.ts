/**
 * Hand scanners that type: what is read comes as key presses, faster than any hand, and ends with Enter.
 *
 * Some end with Tab; an id reader puts one between number and name. So a Tab ends it when nothing comes after it. They work anywhere on the page, except while somebody types into a field of it.
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
  /** When the first key of the scan came. */
  sinceMs = 0;

  /** Take in a key at `nowMs`; the text when it was the last of a scan. */
  press(key: string, nowMs: number): string | undefined {
    if (nowMs - this.at > HAND_MS) this.text = "";
    this.at = nowMs;
    if (this.text === "") this.sinceMs = nowMs;
    if (key === "Enter") return this.take();
    if (key === "Tab" && this.text !== "") this.text += "\t";
    if (key.length === 1 && this.text.length < LONGEST) this.text += key;
    return undefined;
  }

  /** The text, when it ended with Tab and nothing came after it for as long as a hand takes. */
  settle(nowMs: number): string | undefined {
    return this.text.endsWith("\t") && nowMs - this.at > HAND_MS ? this.take() : undefined;
  }

  private take(): string | undefined {
    const text = this.text.trim();
    this.text = "";
    return text.length >= SHORTEST ? text : undefined;
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
export function hearWedge(read: (text: string, sinceMs: number) => void): () => void {
  const wedge = new Wedge();
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const settle = (): void => {
    const text = wedge.settle(performance.now());
    if (text !== undefined) read(text, wedge.sinceMs);
  };
  const hear = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isField(event.target)) return;
    const busy = wedge.busy(event.timeStamp);
    const text = wedge.press(event.key, event.timeStamp);
    // Enter and spaces of a scan would press whatever button has the focus.
    if (busy || text !== undefined) event.preventDefault();
    clearTimeout(quiet);
    if (event.key === "Tab") quiet = setTimeout(settle, HAND_MS + 20);
    if (text !== undefined) read(text, wedge.sinceMs);
  };
  addEventListener("keydown", hear, true);
  return () => {
    clearTimeout(quiet);
    removeEventListener("keydown", hear, true);
  };
}
