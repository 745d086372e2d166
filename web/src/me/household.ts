/** The people whose passes this phone holds: up to six, each with a key of this phone that may act for them. */
import { ask } from "../shared/api";
import { serverNow } from "../shared/clock";
import { dpop, type OwnKey } from "../shared/keys";
import { type Granted, Session } from "../shared/session";
import { openStorage, type Storage, type Store } from "../shared/store";

export const MOST_MEMBERS = 6;

/** A person on this phone. */
export interface Member {
  readonly pid: string;
  /** Masked, as the service tells it. */
  readonly name: string;
  /** What the phone's owner calls them: 妈妈, 小宝; may be empty. */
  readonly nickname: string;
  /** The device key: this phone's standing with the service. */
  readonly key: OwnKey;
  readonly addedAt: number;
  /** Thumbprints of the devices known when this phone last looked: another one is a warning. */
  readonly knownDevices: readonly string[];
}

/** A pass, with the key it is bound to and what is needed to show it. */
export interface HeldPass {
  /** `<pid>#<unit>`: one a person and unit. */
  readonly id: string;
  readonly pid: string;
  readonly unit: string;
  readonly token: string;
  /** The transport's bytes without a live proof, as the service packed them (base64url). */
  readonly packed: string;
  readonly key: OwnKey;
  readonly expiresAt: number;
  readonly fetchedAt: number;
  /** When to look for its renewal: a random moment of its last hours. */
  readonly renewAt?: number;
}

/** A check-in that waits for a network, or its answer. */
export interface Visit {
  /** Time-ordered, unique on this phone. */
  readonly id: string;
  readonly pid: string;
  readonly venue: string;
  readonly venueName: string;
  readonly direction: "in" | "out";
  readonly at: number;
  /** What was scanned, and how many came with this one check-in, when it was more than one. */
  readonly code?: string;
  readonly party?: number;
  readonly state: "waiting" | "answered" | "refused";
  readonly decision?: "admitted" | "refused" | "unsure";
  readonly cause?: string;
}

/** What the phone keeps, by store. */
export type MeStores = {
  readonly people: Member;
  readonly passes: HeldPass;
  readonly visits: Visit;
  /** Whatever else a page keeps, as JSON, by name. */
  readonly notes: string;
};

/** Where this phone keeps people, passes and visits. */
export class Household {
  private readonly sessions = new Map<string, Session>();

  constructor(readonly storage: Storage<MeStores>) {}

  /** Whether what is kept outlives the page. */
  get lasting(): boolean {
    return this.storage.lasting;
  }

  get people(): Store<Member> {
    return this.storage.store("people");
  }

  get passes(): Store<HeldPass> {
    return this.storage.store("passes");
  }

  get visits(): Store<Visit> {
    return this.storage.store("visits");
  }

  get notes(): Store<string> {
    return this.storage.store("notes");
  }

  /** Everybody, in the order they were added. */
  async members(): Promise<Member[]> {
    return (await this.people.all()).sort((a, b) => a.addedAt - b.addedAt);
  }

  /** A member's standing with the service, its token renewed as needed. */
  session(member: Member): Session {
    const known = this.sessions.get(member.pid);
    // By its point: a member read anew from the database is another object with the same key.
    if (known?.key.jwk.x === member.key.jwk.x) return known;
    const made = new Session(member.key, () => renew(member));
    this.sessions.set(member.pid, made);
    return made;
  }

  /** Take a person, their passes and their visits off this phone; the service is not asked. */
  async forget(pid: string): Promise<void> {
    this.sessions.delete(pid);
    for (const pass of await this.passes.all()) if (pass.pid === pid) await this.passes.delete(pass.id);
    for (const visit of await this.visits.all()) if (visit.pid === pid) await this.visits.delete(visit.id);
    await this.people.delete(pid);
  }
}

async function renew({ pid, key }: Member): Promise<Granted> {
  const proof = await dpop(key, "POST", "/tokens");
  return ask<Granted>("POST", "/tokens", { body: { pid, device_key: key.jwk, proof } });
}

export async function openHousehold(): Promise<Household> {
  return new Household(await openStorage<MeStores>("epipass-me", 1, ["people", "passes", "visits", "notes"]));
}

/** A visit's id: orders by time, and two in one second are two. */
export function visitId(): string {
  const random = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0"));
  return `${String(serverNow()).padStart(11, "0")}-${random.join("")}`;
}
