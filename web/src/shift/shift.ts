/** A guard's shift in this browser: one at a time, bound to a key that never leaves, for twelve hours. */
import { ask, Problem } from "../shared/api";
import { instantOf } from "../shared/china";
import { serverNow } from "../shared/clock";
import { dpop, makeKey, type OwnKey, thumbprint } from "../shared/keys";
import { keepFiles } from "../shared/offline";
import { type Granted, Session } from "../shared/session";
import { askToPersist } from "../shared/store";
import { forgetShift, noteShift } from "./flag";
import { alone, kept } from "./kept";
import type { Receipts } from "./marks";
import type { GateDoor, VenueRules } from "./venue";

export type Direction = "in" | "out";

/** A shift; instants are epoch seconds. */
export interface Shift {
  readonly gate: string;
  readonly gateName: string;
  readonly venue: string;
  readonly venueName: string;
  readonly direction: Direction;
  /** The venue's policy: on withdrawal data older than this a guard is unsure. */
  readonly maxListAgeS: number;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly key: OwnKey;
  readonly receipts?: Receipts;
  /** What the venue asks of whoever comes in; undefined in a shift that was begun before pages knew. */
  readonly rules?: VenueRules;
  /** The token of 15 minutes, bound to the key; kept so that each visit need not ask for another. */
  readonly token?: { readonly text: string; readonly endsAt: number };
}

/** This browser's key: it stays when a shift ends, so that a device whose shift was revoked stays known. */
export interface KeptKey {
  readonly key: OwnKey;
}

interface Begun extends Granted {
  readonly gate: string;
  readonly gate_name: string;
  readonly venue: string;
  readonly venue_name: string;
  readonly direction: Direction;
  readonly max_list_age_s: number;
  readonly ends_at: string;
  readonly receipts?: Receipts;
  readonly policy?: readonly GateDoor[];
}

const ONE = "current";
/** What `/v` is on shift: a guard's next scan may be without a network. */
const PAGE_ON_SHIFT = ["rest", "duty"].flatMap((part) => [`/v/later-${part}.js`, `/v/later-${part}.css`]);

async function ownKey(): Promise<OwnKey> {
  return alone("key", async () => {
    const keys = (await kept()).store("key");
    const held = await keys.get(ONE);
    if (held !== undefined) return held.key;
    const key = await makeKey();
    await keys.put(ONE, { key });
    return key;
  });
}

async function openAt(gate: string, key: OwnKey, body: { code?: string; label?: string }): Promise<Begun> {
  const path = `/gates/${encodeURIComponent(gate)}/shifts`;
  return ask<Begun>("POST", path, { body, headers: { DPoP: await dpop(key, "POST", path) } });
}

function shiftOf(begun: Begun, key: OwnKey, startedAt: number): Shift {
  return {
    gate: begun.gate,
    gateName: begun.gate_name,
    venue: begun.venue,
    venueName: begun.venue_name,
    direction: begun.direction,
    maxListAgeS: begun.max_list_age_s,
    startedAt,
    endsAt: instantOf(begun.ends_at),
    key,
    ...(begun.receipts === undefined ? {} : { receipts: begun.receipts }),
    ...(begun.policy === undefined ? {} : { rules: { doors: begun.policy, toldAt: serverNow() } }),
    token: { text: begun.token, endsAt: serverNow() + begun.expires_in },
  };
}

/** Whether the service says that there is no such shift any more: ended, revoked, or over. */
export function isOver(error: unknown): boolean {
  return error instanceof Problem && error.status === 403 && ["gate-code", "revoked", "shift"].includes(error.code);
}

/** The one shift of this browser, and what can be done with it. */
export class ShiftBook {
  /** `lasting`: whether a shift outlives this page; without storage it ends with it, and the page must say so. */
  constructor(readonly lasting: boolean) {}

  /** The shift that stands by the server's clock, undefined when there is none or it is over. */
  async current(): Promise<Shift | undefined> {
    const held = await (await kept()).store("shift").get(ONE);
    if (held === undefined || held.endsAt <= serverNow()) {
      await this.forget();
      return undefined;
    }
    noteShift(held.endsAt);
    return held;
  }

  /**
   * Begin a shift with the gate's code; `label` is how the gate's manager will know this device.
   *
   * Throws Offline, or Problem: `gate-code`, `revoked`, `shifts`, `venue-closed`, and `on-shift` when this browser has
   * a shift at another gate, which is to be ended first.
   */
  async begin(gate: string, code: string, label: string): Promise<Shift> {
    const standing = await this.current();
    if (standing !== undefined && standing.gate !== gate) throw new Problem(409, "on-shift", standing.gateName);
    const key = await ownKey();
    const begun = await openAt(gate, key, { code, label });
    void askToPersist();
    void keepFiles(PAGE_ON_SHIFT);
    return this.keep(shiftOf(begun, key, standing?.startedAt ?? serverNow()));
  }

  /** Ask for the shift's facts and receipts again, with a fresh token. Throws as `begin`; a shift that is over is forgotten. */
  async refresh(shift: Shift): Promise<Shift> {
    try {
      const begun = await openAt(shift.gate, shift.key, {});
      return await this.keep(shiftOf(begun, shift.key, shift.startedAt));
    } catch (error) {
      if (isOver(error)) await this.forget();
      throw error;
    }
  }

  /** The guard's standing to ask: it renews its token by the key alone, and takes the receipts that come with it. */
  session(shift: Shift): Session {
    const session = new Session(shift.key, async () => {
      const { token } = await this.refresh(shift);
      return { token: token?.text ?? "", expires_in: (token?.endsAt ?? 0) - serverNow() };
    });
    const { token } = shift;
    if (token !== undefined) session.grant({ token: token.text, expires_in: token.endsAt - serverNow() });
    return session;
  }

  /** End the shift here and at the service. Throws Offline: then it still stands, and its scans can still be sent. */
  async end(shift: Shift): Promise<void> {
    const device = await thumbprint(shift.key.jwk);
    try {
      await this.session(shift).send("DELETE", `/gates/${encodeURIComponent(shift.gate)}/shifts/${device}`);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
    await this.forget();
  }

  /** Forget the shift in this browser only, with the seeds of its receipts; what waits to be sent stays. */
  async forget(): Promise<void> {
    forgetShift();
    await (await kept()).store("shift").delete(ONE);
  }

  private async keep(shift: Shift): Promise<Shift> {
    await (await kept()).store("shift").put(ONE, shift);
    noteShift(shift.endsAt);
    return shift;
  }
}

/** Open the browser's book of shifts. */
export async function openShiftBook(): Promise<ShiftBook> {
  return new ShiftBook((await kept()).lasting);
}
