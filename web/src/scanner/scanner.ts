/** On shift: the camera runs, verdicts come, records go out. Loaded only once a shift has begun. */
import { serverNow } from "../shared/clock";
import { keepFiles } from "../shared/offline";
import type { Config } from "../shared/config";
import { loadConfig } from "../gate/load";
import * as assisted from "../shift/assisted";
import { KeptLists } from "../shift/lists";
import { InsideCount } from "../shift/occupancy";
import * as records from "../shift/records";
import { ownSecret, type Secret } from "../shift/secret";
import { forgetOld, look, proofInstant } from "../shift/seen";
import { isOver, type Shift, type ShiftBook } from "../shift/shift";
import { ruleOn, ruleOnPass, type VenueRules } from "../shift/venue";
import { Duty } from "./duty";
import { heldBefore, hold } from "./held";
import { kindOf, type Origins } from "./kinds";
import { announce } from "./page";
import { HEADS, spoken } from "./panel";
import { ruleAloud } from "./reasons";
import { Sight } from "./sight";
import { Screen } from "./screen";
import type { Means, Standing } from "./standing";
import { READER_FILES } from "./reading";
import { type Phrase, Voice, VOICE_FILES } from "./voice";
import { hearWedge } from "./wedge";
import { voice } from "./words";

/** What the scanner needs of the page around it. */
export interface Post {
  readonly book: ShiftBook;
  readonly config: Config | undefined;
  onCounters(running: Running): void;
  onOver(): void;
}

const PHRASES: Readonly<Record<Exclude<Standing["mark"], "ready" | "asking">, Phrase>> = {
  admit: "admit",
  identity: "check",
  refused: "refuse",
  unsure: "check",
  unreadable: "unreadable",
};
/** How often the service is asked whether the shift still stands. */
const STANDS_MS = 300_000;
/** How long a shift waits for its first keys and lists before the camera opens without them. */
const FIRST_MS = 4000;
const ORIGIN = /^https?:\/\/[^/]+$/;

/** Our own addresses: where this page is, and what the settings name. */
export function originsOf(config: Config | undefined): Origins {
  const named = (address: string | undefined): string[] => (ORIGIN.test(address ?? "") ? [address as string] : []);
  return { gate: [location.origin, ...named(config?.pages?.gate)], me: named(config?.pages?.me) };
}

/** Ask for everything of the scanner to be kept: the next visit of this shift may have no network. */
function keepScanner(): void {
  const fetched = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const parts = fetched.filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"));
  void keepFiles([...READER_FILES, ...VOICE_FILES, ...parts.map(({ pathname }) => pathname)]);
}

/** A shift at work: everything that runs until `stop`. */
export class Running {
  readonly duty: Duty;
  readonly voice: Voice;
  readonly sight: Sight;
  readonly flusher: ReturnType<typeof records.keepFlushing>;
  /** What the venue asks, as last told: the shift's own, and a fresh one every few minutes. */
  rules: VenueRules | undefined;
  readonly count: InsideCount;
  secret: Secret | undefined;
  waiting = 0;
  private readonly screen: Screen;
  private readonly stops: (() => void)[] = [];
  private readonly session;

  private constructor(
    readonly post: Post,
    readonly shift: Shift,
    readonly lists: KeptLists,
  ) {
    this.session = post.book.session(shift);
    this.rules = shift.rules;
    const counts = (): boolean => this.rules?.doors[0]?.policy.occupancy === true;
    this.count = new InsideCount(shift, this.session, counts, () => this.screen.tick());
    this.duty = new Duty(this.means());
    this.voice = new Voice(() => this.screen?.tick());
    this.screen = new Screen(this);
    const origins = originsOf(post.config);
    this.sight = new Sight(this.screen.video, {
      isPass: (text) => kindOf(text, origins).kind === "pass",
      text: (text, stillInView) => void this.duty.take(text, stillInView),
      unreadable: (reason) => void this.duty.unreadable(reason),
      changed: () => this.screen.drawTools(),
    });
    this.flusher = records.keepFlushing(shift, this.session, ({ stopped }) => {
      if (stopped === "over") this.over();
    });
  }

  /** Start it all. The verdict needs no network: lists and keys are those that were kept. */
  static async start(post: Post, shift: Shift): Promise<Running> {
    const lists = await KeptLists.open(post.config ?? (await loadConfig()), shift.maxListAgeS);
    const running = new Running(post, shift, lists);
    await running.begin();
    return running;
  }

  get over12(): boolean {
    return serverNow() >= this.shift.endsAt;
  }

  /** Draw the camera's screen, as at first and when the guard comes back to it. */
  draw(): void {
    this.screen.draw();
    void this.sight.open();
  }

  /** Leave the camera's screen for another; what stands is settled first. */
  async pause(): Promise<void> {
    await this.duty.leave();
    this.sight.close();
    this.screen.leave();
  }

  async readSecret(): Promise<void> {
    this.secret = await ownSecret();
  }

  async send(): Promise<records.Flushed> {
    const flushed = await records.flush(this.shift, this.session);
    if (flushed.stopped === "over") this.over();
    return flushed;
  }

  /** Who was assisted at this venue lately and has a document that ends so. Throws Problem or Offline. */
  knownPeople(tail: string): Promise<readonly assisted.Known[]> {
    return assisted.knownPeople(this.shift, this.session, tail);
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.flusher.stop();
    this.sight.stop();
    this.voice.close();
    this.screen.leave();
  }

  private over(): void {
    this.stop();
    void this.post.book.forget().then(() => this.post.onOver());
  }

  private async begin(): Promise<void> {
    const { stops, lists } = this;
    await this.readSecret();
    // The first scan of a shift is not to be unsure because its data is a second away.
    if (!lists.ready) await Promise.race([lists.refresh(), new Promise((done) => setTimeout(done, FIRST_MS))]);
    await this.recover();
    this.waiting = await records.count();
    this.draw();
    void forgetOld(serverNow());
    keepScanner();
    const everySecond = setInterval(() => void this.second(), 1000);
    const everyWhile = setInterval(() => void this.ask(), STANDS_MS);
    void this.ask();
    const hidden = (): void => {
      if (document.visibilityState === "hidden") void this.duty.leave();
    };
    document.addEventListener("visibilitychange", hidden);
    stops.push(
      () => clearInterval(everySecond),
      () => clearInterval(everyWhile),
      () => document.removeEventListener("visibilitychange", hidden),
      lists.keepFresh(() => this.screen.tick()),
      this.count.keepAsking(),
      // A verdict on a screen that shows none would be said and not seen, and then recorded by itself.
      hearWedge((text, sinceMs) => (this.screen.isShown ? void this.duty.take(text, false, sinceMs) : undefined)),
      records.onChange(() => void this.recount()),
    );
  }

  /** Put into the queue what a closed page or an empty battery left: sent twice, it is one row. */
  private async recover(): Promise<void> {
    const held = heldBefore();
    if (held === undefined) return;
    const { gate, startedAt, scan, counts } = held;
    await records.add({ ...this.shift, gate }, scan);
    if (counts && startedAt === this.shift.startedAt) await records.note(this.shift, scan.direction);
    hold(this.shift, undefined);
    this.flusher.now();
  }

  private async recount(): Promise<void> {
    this.waiting = await records.count();
    this.screen.tick();
  }

  private async second(): Promise<void> {
    if (this.over12) return this.over();
    await this.duty.tick();
    this.screen.tick();
  }

  /** Ask whether the shift stands, and take what the service tells of it. */
  private async ask(): Promise<void> {
    try {
      const { rules } = await this.post.book.refresh(this.shift);
      if (rules !== undefined) this.rules = rules;
      document.body.dataset.rules = "told";
      this.screen.tick();
    } catch (error) {
      // Without a network the shift stands until its end; what the service refuses for a while is asked again.
      if (isOver(error)) this.over();
    }
  }

  private means(): Means {
    const { shift, lists } = this;
    return {
      direction: shift.direction,
      origins: originsOf(this.post.config),
      now: serverNow,
      ms: () => performance.now(),
      ruleOnPass: (answer, direction) => ruleOnPass(this.rules, answer, direction, this.count.inside),
      ruleOn: (facts, at) => ruleOn(this.rules, facts, at, this.count.inside),
      check: (text, at, nonce) => lists.check(text, at, nonce),
      fetchList: (name) => lists.fetchList(name),
      refresh: async () => (await lists.refresh()).complete,
      look: async (pass, text, at) => look(pass, proofInstant(text) ?? at, at),
      keep: async (scan) => {
        await records.add(shift, scan);
        this.flusher.now();
      },
      hold: (scan, counts) => hold(shift, scan, counts),
      report: async (host, at) => {
        await records.addReport(shift, { host, at });
        this.flusher.now();
      },
      given: () => this.screen.given(),
      assist: (act) => assisted.assist(shift, this.session, act),
      keepAct: async (act) => {
        await assisted.keepAct(shift, act);
        records.noteKept();
        this.flusher.now();
      },
      pace: (way, ms) => void assisted.notePace(way, ms),
      over: () => this.over(),
      count: (...what) => void records.note(shift, ...what),
      show: (standing, fresh) => this.show(standing, fresh),
    };
  }

  private show(standing: Standing, fresh: boolean): void {
    this.screen.show(standing);
    if (!fresh || standing.mark === "ready" || standing.mark === "asking") return;
    this.voice.say(PHRASES[standing.mark], ruleAloud(standing));
    announce(spoken(standing));
    document.title = `${voice.say(HEADS[standing.mark])} · ${voice.say("title")}`;
  }
}
