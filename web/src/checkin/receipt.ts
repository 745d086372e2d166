/** The receipt 登记回执: two characters for each half minute, told by the service; the gate's page shows the same ones. */
import { instantOf } from "../shared/china";

export interface Receipt {
  /** When the first of `marks` begins, RFC 3339. */
  readonly from: string;
  /** How long each is shown, in seconds. */
  readonly step_s: number;
  readonly marks: readonly string[];
}

export interface Marks {
  readonly marks: string;
  /** Until the next ones, in whole seconds from 1. */
  readonly leftS: number;
}

/** The marks of an instant (milliseconds by the server's clock); undefined when the receipt is over. */
export function marksAt(receipt: Receipt, nowMs: number): Marks | undefined {
  // A clock a second behind the service's is no reason to show nothing.
  const since = Math.max(nowMs / 1000 - instantOf(receipt.from), 0);
  const marks = receipt.marks[Math.floor(since / receipt.step_s)];
  return marks === undefined ? undefined : { marks, leftS: Math.ceil(receipt.step_s - (since % receipt.step_s)) };
}

/** Of the receipts of one act, the one that lasts longest: in any half minute all of them show the same marks. */
export function latest(receipts: readonly Receipt[]): Receipt | undefined {
  return [...receipts].sort((a, b) => instantOf(b.from) - instantOf(a.from))[0];
}
