/** The people of this phone with their status and passes, kept current: from storage at once, from the service gently. */
import { Offline, Problem } from "../shared/api";
import { serverNow } from "../shared/clock";
import { type Config, loadConfig } from "../shared/config";
import { type OwnKey, thumbprint } from "../shared/keys";
import { askToPersist } from "../shared/store";
import { factsOf } from "./facts";
import { type HeldPass, type Household, type Member, MOST_MEMBERS, type Visit } from "./household";
import { isDue, isNewer } from "./renewal";
import * as service from "./service";
import type { Claim, Device, Seen, Standing } from "./service";

/** Why the newest look at the service brought nothing; empty when it did. */
export type Trouble = "" | "offline" | "service" | "passes";

/** What is remembered of the last look, so that a start without a network can show it. */
interface Noted {
  readonly seen?: Seen | undefined;
  /** Epoch seconds. */
  readonly seenAt: number;
  /** The service no longer takes this phone's key for the person. */
  readonly signedOut: boolean;
}

/** A person of this phone as the screens show them. */
export interface Person extends Noted {
  readonly member: Member;
  readonly passes: readonly HeldPass[];
  readonly trouble: Trouble;
}

const OPEN = ["entitled", "issued"];
const CONFIG = "wallet.config";

function noteOf(pid: string): string {
  return `wallet.seen#${pid}`;
}

/** Whether a problem says that this phone may no longer act for the person. */
function isSignedOut({ status, code }: Problem): boolean {
  return (status === 401 && code === "device") || (status === 404 && code === "not-enrolled");
}

export class Wallet {
  people: readonly Person[] = [];
  config: Config | undefined;
  /** Looks under way, by pid. */
  private readonly looks = new Map<string, Promise<void>>();
  /** Called whenever something changed that a screen may show. */
  onChange: () => void = () => undefined;

  constructor(readonly household: Household) {}

  get lasting(): boolean {
    return this.household.lasting;
  }

  get full(): boolean {
    return this.people.length >= MOST_MEMBERS;
  }

  person(pid: string): Person | undefined {
    return this.people.find(({ member }) => member.pid === pid);
  }

  /** Everything from storage; nothing is asked of the service. */
  async load(): Promise<void> {
    const passes = await this.household.passes.all();
    const people: Person[] = [];
    for (const member of await this.household.members()) {
      const text = await this.household.notes.get(noteOf(member.pid));
      const noted = text === undefined ? { seenAt: 0, signedOut: false } : (JSON.parse(text) as Noted);
      const own = passes.filter(({ pid }) => pid === member.pid);
      people.push({ ...noted, member, passes: own, trouble: "" });
    }
    this.people = people;
    const kept = await this.household.notes.get(CONFIG);
    if (kept !== undefined) this.config = JSON.parse(kept) as Config;
  }

  /** The published settings: from the network, else the last ones. */
  async learnConfig(): Promise<void> {
    try {
      this.config = await loadConfig();
      await this.household.notes.put(CONFIG, JSON.stringify(this.config));
    } catch (error) {
      if (!(error instanceof Offline || error instanceof Problem)) throw error;
    }
    this.onChange();
  }

  /** Look at everybody's status again; who was signed out is asked for only when a person wants it. */
  async refreshAll(): Promise<void> {
    if (this.config === undefined) await this.learnConfig();
    for (const { member, signedOut } of this.people) if (!signedOut) await this.refresh(member.pid);
  }

  /** Whether a person's status is being asked for just now. */
  isAsking(pid: string): boolean {
    return this.looks.has(pid);
  }

  /** Look at one person's status, and fetch what is due; `unit`: fetch this one's pass whatever it is like. */
  async refresh(pid: string, unit = ""): Promise<void> {
    for (let running = this.looks.get(pid); running !== undefined; running = this.looks.get(pid)) {
      // One look is as good as another; but what a person asked for is done after it.
      await running;
      if (unit === "") return;
    }
    const look = this.look(pid, unit).finally(() => {
      this.looks.delete(pid);
      this.onChange();
    });
    this.looks.set(pid, look);
    this.onChange();
    await look;
  }

  /** Enrol a person on this phone, or again. Throws Problem or Offline. Returns the pid. */
  async enrol(claim: Claim, key: OwnKey, replaceOldest: boolean): Promise<string> {
    const granted = await service.enrol(claim, key, replaceOldest);
    const known = this.person(granted.pid);
    const { name = "", nickname = "", addedAt = serverNow() } = known?.member ?? {};
    const member: Member = { pid: granted.pid, name, nickname, key, addedAt, knownDevices: [] };
    await this.household.people.put(member.pid, member);
    this.household.session(member).grant(granted);
    if (known === undefined) {
      this.people = [...this.people, { member, passes: [], trouble: "", seenAt: 0, signedOut: false }];
    } else this.change(member.pid, { member, signedOut: false });
    // A pass is worth asking for: without it a full disk may take the phone's standing away.
    void askToPersist();
    await this.refresh(member.pid);
    return member.pid;
  }

  /** Change what a person is called on this phone. */
  async rename(pid: string, nickname: string): Promise<void> {
    await this.changeMember(pid, { nickname });
  }

  /** The devices of a person that appeared since this phone last asked whose they are. */
  strangers({ seen, member }: Person): readonly Device[] {
    const known = member.knownDevices;
    return (seen?.devices ?? []).filter(({ device, this: own }) => !own && !known.includes(device));
  }

  /** Take a device for known: its owner said so. */
  async trust(pid: string, device: string): Promise<void> {
    const known = this.person(pid)?.member.knownDevices ?? [];
    await this.changeMember(pid, { knownDevices: [...known, device] });
  }

  /** Sign a device of a person out. Throws Problem or Offline. */
  async signOut(pid: string, device: string): Promise<void> {
    const person = this.person(pid);
    if (person === undefined) return;
    const devices = await service.signOut(this.household.session(person.member), device);
    const own = (await thumbprint(person.member.key.jwk)) === device;
    const { seen } = person;
    this.change(pid, { seen: seen && { ...seen, devices }, signedOut: own });
    await this.note(pid);
    this.onChange();
  }

  /** Take a person off this phone; `also`: sign this phone out at the service first. Throws Problem or Offline. */
  async remove(pid: string, also: boolean): Promise<void> {
    const person = this.person(pid);
    if (person === undefined) return;
    if (also && !person.signedOut) await this.signOut(pid, await thumbprint(person.member.key.jwk));
    await this.household.forget(pid);
    await this.household.notes.delete(noteOf(pid));
    this.people = this.people.filter(({ member }) => member.pid !== pid);
    this.onChange();
  }

  /** Check-ins of a person that still wait for a network. */
  async waiting(pid: string): Promise<readonly Visit[]> {
    const visits = await this.household.visits.all();
    return visits.filter((visit) => visit.pid === pid && visit.state === "waiting").reverse();
  }

  /** Whether a newer sample is known than the one this pass rests on. */
  hasNewer(pass: HeldPass, standing: Standing): boolean {
    return isNewer({ state: standing.state, sampledAt: service.sampledAt(standing) }, factsOf(pass.token).sampledAt);
  }

  private async look(pid: string, unit: string): Promise<void> {
    const person = this.person(pid);
    if (person === undefined) return;
    try {
      await this.take(pid, await service.look(this.household.session(person.member)));
      await this.fetchDue(pid, unit);
      this.change(pid, { trouble: "" });
    } catch (error) {
      await this.failed(pid, error);
    }
  }

  private change(pid: string, more: Partial<Person>): void {
    this.people = this.people.map((one) => (one.member.pid === pid ? { ...one, ...more } : one));
  }

  private async changeMember(pid: string, more: Partial<Member>): Promise<void> {
    const person = this.person(pid);
    if (person === undefined) return;
    const member = { ...person.member, ...more };
    await this.household.people.put(pid, member);
    this.change(pid, { member });
    this.onChange();
  }

  private async note(pid: string): Promise<void> {
    const { seen, seenAt, signedOut } = this.person(pid) ?? { seenAt: 0, signedOut: false };
    await this.household.notes.put(noteOf(pid), JSON.stringify({ seen, seenAt, signedOut } satisfies Noted));
  }

  /** Take in a look at the service: the name, the devices of a first look, and what is no longer to be shown. */
  private async take(pid: string, seen: Seen): Promise<void> {
    const person = this.person(pid);
    if (person === undefined) return;
    this.change(pid, { seen, seenAt: serverNow(), signedOut: false });
    await this.note(pid);
    const first = person.member.knownDevices.length === 0;
    const knownDevices = first ? seen.devices.map(({ device }) => device) : person.member.knownDevices;
    if (first || person.member.name !== seen.name) await this.changeMember(pid, { name: seen.name, knownDevices });
    const open = new Set(seen.units.filter(({ state }) => OPEN.includes(state)).map(({ unit }) => unit));
    const gone = person.passes.filter((pass) => !open.has(pass.unit));
    for (const pass of gone) await this.household.passes.delete(pass.id);
    if (gone.length > 0) this.change(pid, { passes: person.passes.filter((pass) => !gone.includes(pass)) });
  }

  private async fetchDue(pid: string, wanted: string): Promise<void> {
    const now = serverNow();
    for (const standing of this.person(pid)?.seen?.units ?? []) {
      const person = this.person(pid);
      if (person === undefined) return;
      const held = person.passes.find(({ unit }) => unit === standing.unit);
      const seen = { state: standing.state, sampledAt: service.sampledAt(standing) };
      const due = isDue(held, held === undefined ? 0 : factsOf(held.token).sampledAt, seen, now);
      if (due || (wanted === standing.unit && OPEN.includes(standing.state))) await this.fetchOne(person, standing);
    }
  }

  private async fetchOne({ member }: Person, { unit }: Standing): Promise<void> {
    try {
      const pass = await service.fetchPass(this.household.session(member), member, unit);
      if (pass === undefined) return;
      // One write replaces the old one: there is never a moment without either.
      await this.household.passes.put(pass.id, pass);
      const others = (this.person(member.pid)?.passes ?? []).filter(({ id }) => id !== pass.id);
      this.change(member.pid, { passes: [...others, pass] });
      await this.nowIssued(member.pid, unit);
    } catch (error) {
      // The status changed between the two questions; the next look says how.
      if (!(error instanceof Problem) || error.status !== 409) throw error;
    }
  }

  /** What was seen before the fetch said that there was one to fetch. */
  private async nowIssued(pid: string, unit: string): Promise<void> {
    const seen = this.person(pid)?.seen;
    if (seen === undefined) return;
    const units = seen.units.map((one) => (one.unit === unit ? { ...one, state: "issued" } : one));
    this.change(pid, { seen: { ...seen, units } });
    await this.note(pid);
  }

  private async failed(pid: string, error: unknown): Promise<void> {
    if (error instanceof Offline) this.change(pid, { trouble: "offline" });
    else if (!(error instanceof Problem)) throw error;
    else if (isSignedOut(error)) {
      this.change(pid, { signedOut: true, trouble: "" });
      await this.note(pid);
    } else this.change(pid, { trouble: error.code === "passes" ? "passes" : "service" });
  }
}
