/** The worker's book: lists that were read, notes that wait, both kept on the phone. */
import { fromBase64url, fromUtf8 } from "../core/bytes";
import type { Desk } from "../desk/service";
import { Offline, Problem } from "../shared/api";
import { instantOf, rfc3339 } from "../shared/china";
import { serverNow } from "../shared/clock";
import { askToPersist, openStorage, type Storage } from "../shared/store";
import type { Chase, Head, Heads, Patrol, Step } from "./answers";
import { chaseNote, isFinal, type Note, posterNote, type Told } from "./notes";

type Stores = { notes: Note; lists: readonly Head[]; patrols: Patrol } & Record<string, unknown>;

const AGAIN_MS = 20_000;
const DIRECT_MS = 12_000;

/** Who a token is for; it was checked when it came. */
export function subjectOf(token: string): string {
  try {
    const text = fromUtf8(fromBase64url(token.split(".")[1] ?? "") ?? new Uint8Array());
    const { sub } = JSON.parse(text ?? "") as { sub?: unknown };
    return typeof sub === "string" ? sub : "";
  } catch {
    // Not a token of ours: then nothing is kept for anybody by name.
    return "";
  }
}

export class Book {
  private notes: readonly Note[] = [];
  private sending: Promise<void> | undefined;
  /** How many chases the service took since the page was opened. */
  private sent = 0;
  private readonly listeners = new Set<() => void>();

  private constructor(
    private readonly desk: Desk,
    private readonly storage: Storage<Stores>,
  ) {}

  static async open(desk: Desk): Promise<Book> {
    const book = new Book(desk, await openStorage<Stores>("epipass-patrol", 1, ["notes", "lists", "patrols"]));
    await book.read();
    addEventListener("online", () => void book.send());
    addEventListener("visibilitychange", () => document.visibilityState === "visible" && void book.send());
    setInterval(() => void book.send(), AGAIN_MS);
    void book.send();
    return book;
  }

  /** Whether what is kept outlives the page. */
  get lasting(): boolean {
    return this.storage.lasting;
  }

  /** The own notes that wait or were refused, the oldest first. */
  get kept(): readonly Note[] {
    const { owner } = this;
    return this.notes.filter((note) => note.owner === owner);
  }

  /** Be told when something changed. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private get owner(): string {
    const { token, scope } = this.desk.who;
    return `${subjectOf(token)}|${scope}`;
  }

  private async read(): Promise<void> {
    this.notes = await this.storage.store("notes").all();
    for (const listener of this.listeners) listener();
  }

  /** Note a call or a visit; it is kept before this answers. */
  async chase(place: { patrol: string; item: string; name: string }, told: Told): Promise<void> {
    await this.keep(chaseNote(this.owner, place, told, rfc3339(serverNow()), crypto.randomUUID()));
  }

  /** Note what was seen of a poster. */
  async poster(code: { venue: string; short: string }, step: Step): Promise<void> {
    await this.keep(posterNote(this.owner, code, step, rfc3339(serverNow()), crypto.randomUUID()));
  }

  private async keep(note: Note): Promise<void> {
    await this.storage.store("notes").put(note.id, note);
    await this.read();
    void askToPersist();
    void this.send();
  }

  /** Take a refused note off the phone. */
  async drop({ id }: Note): Promise<void> {
    await this.storage.store("notes").delete(id);
    await this.read();
  }

  /** Send what waits, the oldest first; without a network it goes on waiting. */
  send(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    // While one is on its way another may be noted.
    for (const tried = new Set<string>(); ;) {
      // After the session's end the desk waits for a sign-in, and whoever it is of would send this one's notes: so none
      // is on its way then either.
      if (this.desk.who.endsAt <= serverNow() + DIRECT_MS / 1000) return;
      const next = this.kept.find(({ id, refused }) => refused === undefined && !tried.has(id));
      if (next === undefined) return;
      tried.add(next.id);
      if (!(await this.sendOne(next))) return;
    }
  }

  /** Whether to go on with the next. */
  private async sendOne(note: Note): Promise<boolean> {
    try {
      const answer = await this.desk.ask<Chase>("POST", note.path, { body: note.body, patienceMs: DIRECT_MS });
      if (note.patrol !== undefined) await this.enter(note, answer);
      this.sent++;
      await this.storage.store("notes").delete(note.id);
    } catch (error) {
      if (error instanceof Offline) return false;
      if (!(error instanceof Problem)) throw error;
      if (!isFinal(error.status, error.code)) return false;
      const law = error.errors[0]?.law ?? error.code;
      await this.storage
        .store("notes")
        .put(note.id, { ...note, refused: error.code === "rejected" ? law : error.code });
    }
    await this.read();
    return true;
  }

  /** Put an answered chase into the list as it is kept here, unless a newer one stands there. */
  private async enter({ patrol = "", item }: Note, chase: Chase): Promise<void> {
    const kept = await this.storage.store("patrols").get(patrol);
    if (kept === undefined) return;
    const items = kept.items.map((one) =>
      one.item === item && (!one.chase || one.chase.at <= chase.at) ? { ...one, chase } : one,
    );
    await this.storage.store("patrols").put(patrol, { ...kept, items });
  }

  /** The lists of the worker's area as they were read last, and then as they are. */
  async lists(show: (heads: readonly Head[], fresh: boolean) => void): Promise<void> {
    const { scope } = this.desk.who;
    const before = await this.storage.store("lists").get(scope);
    if (before !== undefined) show(before, false);
    const { patrols } = await this.desk.ask<Heads>("GET", `/areas/${scope}/patrols`);
    await this.storage.store("lists").put(scope, patrols);
    show(patrols, true);
    await this.forgetEnded();
  }

  /** The service keeps no walk longer than this, and neither does a phone that is carried about. */
  private async forgetEnded(): Promise<void> {
    const store = this.storage.store("patrols");
    for (const { patrol, ends_at: end } of await store.all())
      if (instantOf(end) <= serverNow()) await store.delete(patrol);
  }

  /** A list as it was read last, and then as it is. */
  async patrol(id: string, show: (patrol: Patrol, fresh: boolean) => void): Promise<void> {
    const before = await this.storage.store("patrols").get(id);
    if (before !== undefined && before.area.startsWith(this.desk.who.scope)) show(before, false);
    const [sent, ask] = [this.sent, () => this.desk.ask<Patrol>("GET", `/patrols/${id}`)];
    const answer = await ask();
    // A chase that arrived meanwhile may not be in the answer, and must not seem undone.
    const patrol = sent === this.sent ? answer : await ask();
    await this.storage.store("patrols").put(id, patrol);
    show(patrol, true);
  }

  /** The list as it is kept on the phone. */
  keptPatrol(id: string): Promise<Patrol | undefined> {
    return this.storage.store("patrols").get(id);
  }
}
