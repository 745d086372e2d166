/** Whether this browser holds a shift, told cheaply: so that a page for everybody need not load what a shift needs. */
const FLAG = "epipass.shift";

/** Remember until when a shift stands, epoch seconds. */
export function noteShift(endsAt: number): void {
  try {
    localStorage.setItem(FLAG, String(endsAt));
  } catch {
    // Storage is denied: the shift lasts as long as the page that began it.
  }
}

export function forgetShift(): void {
  try {
    localStorage.removeItem(FLAG);
  } catch {
    // As above.
  }
}
