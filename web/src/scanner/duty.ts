/**
 * What happens at the gate, without a screen: a text comes in, a verdict stands, a record is kept.
 *
 * One verdict stands at a time, for 20 seconds or until the next code. Who was admitted and was given no tap is recorded
 * in the gate's own direction when the verdict ends; who was refused likewise; of an *unsure* one only a tap makes a
 * record, for the guard alone knows whether the person went through. A genuine pass that only the venue's rules turned
 * away makes none either: the service would verify the pass and take it for somebody who went in.
 */
import type { Answer } from "../gate/check";
import type { Act } from "../shift/assisted";
import type { Scan } from "../shift/records";
import type { Direction } from "../shift/shift";
import type { Ruled } from "../shift/venue";
import { askedOf, askService, type NamedKind } from "./assist";
import { type Kind, kindOf } from "./kinds";
import { chooseNumber, NUMBER_S } from "./number";
import { type Asked, type Challenge, type Mark, type Means, nameOf, type Standing } from "./standing";

const STANDS_S = 20;
/** A document takes longer to compare, and nobody is let in by it yet. */
const IDENTITY_STANDS_S = 60;

const MARKS: Readonly<Record<Ruled["decision"], Mark>> = { admitted: "admit", refused: "refused", unsure: "unsure" };

/** A person without a smartphone whom nobody could be asked about: a tap keeps it until there is a network. */
interface PendingAct {
  readonly act: Act;
  readonly byItself: false;
}

interface PendingScan {
  readonly act?: undefined;
  readonly text: string;
  readonly at: number;
  readonly nonce?: string;
  /** Whether it is recorded when nobody taps. */
  readonly byItself: boolean;
  readonly counts: boolean;
  readonly checked: boolean;
}

type Pending = PendingScan | PendingAct;

function scanOf({ text, at, nonce, checked }: PendingScan, direction: Direction): Scan {
  const more = { ...(nonce === undefined ? {} : { nonce }), ...(checked ? { identity_checked: true } : {}) };
  return { presentation: text, direction, at, ...more };
}

function ready(since: number): Standing {
  return { mark: "ready", code: "", since };
}

export class Duty {
  standing: Standing;
  challenge: Challenge | undefined;
  /** How many records could not be kept: said as long as the page stands, whatever verdict came since. */
  unsaved = 0;
  private pending: Pending | undefined;
  /** Whose name is to be compared again. */
  private doubted: Asked | undefined;
  private lastPass = "";
  private lastText = "";
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly means: Means) {
    this.standing = ready(means.now());
  }

  /**
   * Take in a scanned text. `stillInView`: a code was in view until just now, so the same pass is the same scan;
   * `typedMs`: when the first key of a reader or hand scanner came. A document's number counts from those alone: in the
   * picture of a camera it is a code that anybody can print.
   */
  take(text: string, stillInView = false, typedMs?: number): Promise<void> {
    return this.inTurn(() => this.judge(text, stillInView, typedMs));
  }

  /** Check in somebody without a smartphone. */
  assist(asked: Asked): Promise<void> {
    return this.inTurn(() => this.askFor(asked));
  }

  /** The guard's tap: the name on the document was compared again, and it is this person all the same. */
  confirmName(): Promise<void> {
    return this.inTurn(async () => {
      const { doubted } = this;
      if (this.standing.reason !== "NameDiffers" || doubted === undefined) return;
      await this.askFor({ ...doubted, confirmed: true });
    });
  }

  /** A code is there that nobody can read, or somebody looked and nothing was there. */
  unreadable(reason: "Broken" | "Nothing"): Promise<void> {
    return this.inTurn(async () => {
      if (this.challenge !== undefined) return;
      await this.end();
      this.stand({ mark: "unreadable", code: "unreadable", reason });
    });
  }

  /** The guard's tap: which way the person went. */
  record(direction: Direction): Promise<void> {
    return this.inTurn(async () => {
      if (this.standsAgainst(direction)) return;
      if (await this.write(direction)) this.clear();
    });
  }

  /** The guard's tap: nobody went through, or on to the next one. */
  dismiss(): Promise<void> {
    return this.inTurn(async () => {
      if (this.standing.mark === "admit" || this.standing.mark === "unsure") this.wait(undefined);
      await this.end();
      if (this.standing.reason !== "NotSaved") this.clear();
    });
  }

  /** The guard's tap: the document's last characters are the printed pass's. */
  identityChecked(): Promise<void> {
    return this.inTurn(async () => {
      const { pending } = this;
      if (this.standing.mark !== "identity" || pending === undefined || pending.act !== undefined) return;
      this.wait({ ...pending, byItself: true, checked: true });
      const { since: _, ...stood } = this.standing;
      this.stand({ ...stood, mark: "admit", code: "identity-checked" });
    });
  }

  /**
   * Ask for a spoken number: until it is shown, or its time is over, nothing else is looked at.
   *
   * Asked over an *admit* it takes that one's place: the guard was in doubt, so nobody went through by it.
   */
  ask(): Promise<void> {
    return this.inTurn(async () => {
      if (this.standing.mark === "admit") this.wait(undefined);
      await this.end();
      this.challenge = { digits: chooseNumber(), endsAt: this.means.now() + NUMBER_S };
      this.clear();
    });
  }

  stopAsking(): Promise<void> {
    return this.inTurn(async () => {
      this.challenge = undefined;
      this.clear();
    });
  }

  /** Each second: a verdict and a number have their time. */
  tick(): Promise<void> {
    return this.inTurn(async () => {
      const now = this.means.now();
      const left = (this.challenge?.endsAt ?? Number.POSITIVE_INFINITY) - now;
      // A clock set back while the page stands open must not lengthen anything.
      if (left <= 0 || (left > NUMBER_S && left < Number.POSITIVE_INFINITY)) return this.missNumber();
      const { mark, since, reason } = this.standing;
      const compares = mark === "identity" || reason === "NameDiffers";
      if (mark === "ready" || Math.abs(now - since) < (compares ? IDENTITY_STANDS_S : STANDS_S)) return;
      await this.end();
      if (this.standing.since === since) this.clear();
    });
  }

  /** The page goes away: what stands is recorded as if its time were over. */
  leave(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      this.clear();
    });
  }

  private inTurn(act: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(act, act);
    return this.queue;
  }

  private stand(standing: Omit<Standing, "since">, fresh = true): void {
    // What named a person is forgotten with the question it was for.
    this.doubted = undefined;
    this.standing = { ...standing, since: this.means.now() };
    this.means.show(this.standing, fresh);
  }

  private clear(): void {
    this.doubted = undefined;
    this.wait(undefined);
    this.standing = ready(this.means.now());
    this.means.show(this.standing, false);
  }

  private wait(pending: Pending | undefined): void {
    this.pending = pending;
    if (pending?.byItself === true) this.means.hold(scanOf(pending, this.means.direction), pending.counts);
    else this.means.hold(undefined);
  }

  /** The standing verdict is over: record what is recorded by itself. */
  private async end(): Promise<void> {
    if (this.pending?.byItself === true) await this.write(this.means.direction);
    this.wait(undefined);
  }

  private async write(direction: Direction): Promise<boolean> {
    const { pending } = this;
    if (pending === undefined) return true;
    this.pending = undefined;
    try {
      if (pending.act !== undefined) await this.means.keepAct({ ...pending.act, direction });
      else await this.means.keep(scanOf(pending, direction));
      this.means.hold(undefined);
    } catch {
      // A full disk: the guard must know, for nothing is lost in silence.
      this.unsaved++;
      this.stand({ mark: "unsure", code: "not-saved", reason: "NotSaved" });
      return false;
    }
    if (pending.act !== undefined) this.means.count("unchecked");
    else if (pending.counts) this.means.count(direction);
    return true;
  }

  private async judge(text: string, stillInView: boolean, typedMs: number | undefined): Promise<void> {
    const kind = kindOf(text, this.means.origins);
    if (kind.kind === "document" && typedMs === undefined) return this.standNoPass({ kind: "other" });
    if (kind.kind === "card" || kind.kind === "document") return this.takeNamed(kind, typedMs ?? this.means.ms());
    if (kind.kind !== "pass") return this.standNoPass(kind);
    if (this.challenge !== undefined) return this.judgeNumbered(text, this.challenge);
    const at = this.means.now();
    const answer = await this.means.check(text, at);
    const { pass } = answer;
    // The person still holds it up, and their page has drawn the next proof: the same scan, said once.
    if (pass !== undefined && stillInView && nameOf(pass) === this.lastPass && answer.verdict === "genuine") {
      // Noted all the same, so that a picture of it is a copy.
      await this.means.look(pass, text, at);
      return;
    }
    if (await this.isCopy(answer, text, at)) return;
    await this.end();
    this.accept(text, answer);
    if (answer.code === "no-keys" || answer.foreign === true) this.lookAgain(text, this.means.refresh());
    else if (answer.code === "status-unknown" && pass) this.lookAgain(text, this.means.fetchList(pass.statusList));
  }

  private async judgeNumbered(text: string, { digits }: Challenge): Promise<void> {
    const answer = await this.means.check(text, this.means.now(), digits);
    // The code that the holder's page shows until the number is typed is no answer to it, nor is a paper.
    if (answer.code === "not-live" || answer.code === "unreadable" || answer.verdict === "identity") return;
    this.challenge = undefined;
    await this.end();
    if (answer.pass !== undefined) await this.means.look(answer.pass, text, answer.at);
    this.accept(text, answer, digits);
  }

  private async missNumber(): Promise<void> {
    this.challenge = undefined;
    this.means.count("refused");
    this.stand({ mark: "refused", code: "not-live", reason: "NumberMissed" });
  }

  /** Whether it is a proof seen before: the same scan is passed over, a copy is refused aloud. */
  private async isCopy(answer: Answer, text: string, at: number): Promise<boolean> {
    const { pass, verdict } = answer;
    if (pass === undefined || verdict !== "genuine") return false;
    const sight = await this.means.look(pass, text, at);
    if (sight === "first") return false;
    // Within seconds it is the same scan, unless somebody else came between: then it is handed on.
    if (sight === "same" && text === this.lastText && nameOf(pass) === this.lastPass) return true;
    await this.end();
    this.lastPass = "";
    this.means.count("refused");
    this.stand({ mark: "refused", code: "not-live", reason: "Replayed", answer });
    return true;
  }

  private accept(text: string, answer: Answer, nonce?: string): void {
    const { pass, verdict, code } = answer;
    this.lastText = text;
    this.lastPass = pass === undefined ? "" : nameOf(pass);
    const numbered = nonce !== undefined;
    const scan = { text, at: answer.at, checked: false, ...(nonce === undefined ? {} : { nonce }) };
    const ruled = this.means.ruleOnPass(answer, this.means.direction);
    const said = { answer, ...(ruled === undefined ? {} : { ruled }) };
    const passes = verdict === "genuine" || verdict === "identity";
    if (ruled !== undefined && !(passes && ruled.decision === "admitted")) {
      this.wait({ ...scan, byItself: ruled.decision === "admitted", counts: true });
      return this.standRuled(ruled, answer);
    }
    if (verdict === "genuine") {
      this.wait({ ...scan, byItself: true, counts: true });
      return this.stand({ ...said, mark: "admit", code, numbered });
    }
    if (verdict === "identity") {
      this.wait({ ...scan, byItself: false, counts: true });
      return this.stand({ ...said, mark: "identity", code });
    }
    // What is no pass of ours leaves no row, so there is nothing to send.
    if (pass !== undefined) {
      this.wait({ ...scan, byItself: verdict === "refused", counts: verdict === "unsure" });
    }
    if (code === "unreadable") return this.stand({ mark: "unreadable", code, reason: "NoPass", answer });
    this.means.count(verdict);
    this.stand({ mark: verdict, code, answer });
  }

  private standRuled(ruled: Ruled, answer: Answer): void {
    if (ruled.decision !== "admitted") this.means.count(ruled.decision);
    this.stand({ mark: MARKS[ruled.decision], code: ruled.cause, answer, ruled });
  }

  /** Whether who was admitted on the way out turned round, and the rules of the way in are against it. */
  private standsAgainst(direction: Direction): boolean {
    const { mark, answer } = this.standing;
    if (mark !== "admit" || answer === undefined || direction === this.means.direction) return false;
    const ruled = this.means.ruleOnPass(answer, direction);
    const passes = answer.verdict === "genuine" || answer.verdict === "identity";
    if (ruled === undefined ? passes : ruled.decision === "admitted") return false;
    const { pending } = this;
    if (pending !== undefined && pending.act === undefined) this.wait({ ...pending, byItself: false });
    if (ruled !== undefined) this.standRuled(ruled, answer);
    else this.stand({ mark: answer.verdict as Mark, code: answer.code, answer });
    return true;
  }

  private async takeNamed(kind: NamedKind, sinceMs: number): Promise<void> {
    // Until a number is shown nothing else is looked at.
    if (this.challenge !== undefined) return;
    const asked = askedOf(kind, sinceMs);
    if ("named" in asked) return this.askFor(asked);
    await this.end();
    this.stand(asked);
  }

  private async askFor(asked: Asked): Promise<void> {
    // Before the sheet in which it was set closes.
    const given = asked.given ?? this.means.given();
    if (given === undefined) return;
    await this.end();
    this.lastPass = this.lastText = "";
    this.stand({ mark: "asking", code: "asking" }, false);
    const outcome = await askService(this.means, asked, given);
    if (outcome === undefined) return this.means.over();
    this.wait(outcome.act && { act: outcome.act, byItself: false });
    this.stand(outcome.standing);
    this.doubted = outcome.doubted;
  }

  /** When what was missing has come, judge again, if the verdict still stands. */
  private lookAgain(text: string, fetched: Promise<boolean>): void {
    const { standing } = this;
    const again = async (): Promise<void> => {
      if (this.standing !== standing) return;
      const answer = await this.means.check(text, this.means.now());
      const same = answer.verdict === standing.answer?.verdict && answer.code === standing.code;
      if (!same && !(await this.isCopy(answer, text, answer.at))) this.accept(text, answer);
    };
    void fetched.then((came) => (came ? this.inTurn(again) : undefined));
  }

  private async standNoPass(kind: Exclude<Kind, NamedKind | { kind: "pass" }>): Promise<void> {
    await this.end();
    this.lastPass = this.lastText = "";
    if (kind.kind === "foreign") {
      const { host, reportable } = kind;
      this.means.count("refused");
      this.stand({ mark: "refused", code: "foreign", reason: "Foreign", host });
      if (reportable) await this.means.report(host, this.means.now()).catch(() => undefined);
      return;
    }
    const reason = ({ venue: "Venue", gate: "Gate", other: "NoPass" } as const)[kind.kind];
    this.stand({ mark: "unreadable", code: "unreadable", reason });
  }
}
