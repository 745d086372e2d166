/** Keeps the screen lit while there is something to show a guard. */
import { stayAwake } from "../shared/awake";

let sleep: (() => void) | undefined;

/** Light it, or let it go. */
export function keepLit(wanted: boolean): void {
  if (wanted) sleep ??= stayAwake();
  else {
    sleep?.();
    sleep = undefined;
  }
}
