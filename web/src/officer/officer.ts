/** What every view of the officer's console is handed. */
import type { Console } from "../desk/shell";
import type { Desk } from "../desk/service";
import { mayRun } from "./areas";
import { Names } from "./names";
import type { Voice } from "./words";

export class Officer {
  readonly names: Names;

  constructor(
    private readonly open: Console,
    readonly voice: Voice,
  ) {
    this.names = new Names(this.desk, voice);
  }

  get desk(): Desk {
    return this.open.desk;
  }

  /** The division code of the officer's own area. */
  get area(): string {
    return this.desk.who.scope;
  }

  /** Approves what officers ask; has the traces alone. */
  get isTracer(): boolean {
    return this.desk.who.role === "tracer";
  }

  get mayRun(): boolean {
    return mayRun(this.area);
  }

  go(at: string): void {
    this.open.go(at);
  }
}
