/** The names of units and laboratories that a report names by code; without one the code alone stands there. */
import { Offline, Problem } from "../shared/api";
import type { Job } from "../desk/jobs";
import type { Desk } from "../desk/service";
import type { Lab, Unit } from "./answers";
import { named, type Voice } from "./words";

/** Pages to look through: 50 on each. */
const MOST_PAGES = 20;
/** Units to ask for one by one; more are found in the list. */
const FEW = 8;

type Page = { readonly units?: readonly Unit[]; readonly labs?: readonly Lab[]; readonly next?: string };

export class Names {
  private readonly units = new Map<string, string>();
  private readonly labs = new Map<string, string>();

  constructor(
    private readonly desk: Desk,
    private readonly voice: Voice,
  ) {}

  /** Look up whose jobs these are. */
  async learn(jobs: readonly Job[]): Promise<void> {
    const wanted = (kind: Job["kind"]): string[] => [
      ...new Set(jobs.filter((job) => job.kind === kind).map(({ owner }) => owner)),
    ];
    const units = wanted("staff-list").filter((unit) => !this.units.has(unit));
    const labs = wanted("results").filter((lab) => !this.labs.has(lab));
    const asked = units.length > FEW ? [this.learnPages("/units")] : units.map((unit) => this.learnUnit(unit));
    await Promise.all([...asked, ...(labs.length > 0 ? [this.learnPages("/labs")] : [])]);
  }

  note(unit: string, name: string): void {
    this.units.set(unit, name);
  }

  /** A unit as a person reads it: its name and its code. */
  unit(unit: string): string {
    return this.named(this.units.get(unit), unit);
  }

  owner({ kind, owner }: Job): string {
    return kind === "staff-list" ? this.unit(owner) : this.named(this.labs.get(owner), owner);
  }

  async learnUnit(unit: string): Promise<void> {
    await ornament(async () => {
      const { name } = await this.desk.ask<Unit>("GET", `/units/${unit}`);
      this.units.set(unit, name);
    });
  }

  private named(name: string | undefined, code: string): string {
    return name === undefined ? code : named(this.voice, name, code);
  }

  private async learnPages(path: "/units" | "/labs"): Promise<void> {
    await ornament(async () => {
      let next: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const after = next === undefined ? "" : `?next=${encodeURIComponent(next)}`;
        const found = await this.desk.ask<Page>("GET", `${path}${after}`);
        for (const { unit, name } of found.units ?? []) this.units.set(unit, name);
        for (const { lab, name } of found.labs ?? []) this.labs.set(lab, name);
        next = found.next;
        if (next === undefined) return;
      }
    });
  }
}

async function ornament(look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    // A report without names is still a report.
    if (!(error instanceof Problem || error instanceof Offline)) throw error;
  }
}
