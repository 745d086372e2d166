/** What a guard's browser keeps on its origin, in one database: the pages of the origin all use this one. */
import { openStorage, type Storage } from "../shared/store";
import type { KeptList, KeptStatement } from "./lists";
import type { Report, Scan, Tally, Waiting } from "./records";
import type { Secret } from "./secret";
import type { Sighting } from "./seen";
import type { KeptKey, Shift } from "./shift";

// A type and not an interface: only a type has the index signature that the storage asks for.
export type Kept = {
  shift: Shift;
  key: KeptKey;
  secret: Secret;
  scan: Waiting<Scan>;
  report: Waiting<Report>;
  tally: Tally;
  seen: Sighting;
  list: KeptList;
  statement: KeptStatement;
};

const STORES = ["shift", "key", "secret", "scan", "report", "tally", "seen", "list", "statement"] as const;

let opened: Promise<Storage<Kept>> | undefined;

/** The origin's storage, opened once a page. */
export function kept(): Promise<Storage<Kept>> {
  opened ??= openStorage<Kept>("epipass-gate", 1, STORES);
  return opened;
}

const chains = new Map<string, Promise<unknown>>();

/** Do something alone: no other tab of this origin does it meanwhile (Web Locks), nor this page itself. */
export function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (navigator.locks !== undefined) return navigator.locks.request(`epipass-${name}`, act) as Promise<T>;
  // Safari before 15.4 and Chrome before 69: within this page only; what is done twice must do no harm.
  const done = (chains.get(name) ?? Promise.resolve()).then(act, act);
  chains.set(
    name,
    done.catch(() => undefined),
  );
  return done;
}
