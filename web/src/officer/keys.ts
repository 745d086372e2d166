/** Keys of follow-up teams: registered by an officer, confirmed by a tracer who compared it with the team. */
import { type Mark, marked } from "../desk/marks";
import type { View } from "../desk/shell";
import { table } from "../desk/table";
import { h } from "../shared/dom";
import { consent } from "./consent";
import { type Field, Form, id, label } from "./form";
import type { Officer } from "./officer";
import { actionButton, Loaded, type Nodes, Outcome, Panel } from "./panel";
import type { FollowUpKey } from "./traced";
import type { OfficerWord } from "./words";

type Name = "key" | "name" | "jwk";
type Jwk = Readonly<Record<"kty" | "crv" | "x" | "y", string>>;
type Shown = FollowUpKey & { readonly jwk: Jwk };

const MARKS: Readonly<Record<FollowUpKey["state"], Mark>> = { registered: "wait", confirmed: "good", retired: "bad" };

/** The public members of a pasted key; undefined when it is none, or has the private one: that must not be sent. */
function publicKey(text: string): Jwk | undefined {
  try {
    const { kty, crv, x, y, d } = JSON.parse(text) as Partial<Jwk> & { d?: unknown };
    const whole = kty === "EC" && crv === "P-256" && typeof x === "string" && typeof y === "string";
    return whole && d === undefined ? { kty, crv, x, y } : undefined;
  } catch {
    // Not JSON: no key.
    return undefined;
  }
}

const FIELDS: Readonly<Record<Name, Field>> = {
  key: { label: "keyId", hint: "idHint", attributes: { spellcheck: "false", autocapitalize: "off" }, check: id(64) },
  name: { label: "keyName", check: label(64) },
  jwk: {
    label: "keyJwk",
    hint: "keyJwkHint",
    attributes: { spellcheck: "false" },
    check: (text): OfficerWord | undefined => (publicKey(text) === undefined ? "law:jwk" : undefined),
  },
};

export class KeysView implements View {
  private readonly outcome: Outcome;
  private readonly keys: Loaded<{ readonly keys: readonly Shown[] }>;
  private readonly list = new Panel(() => this.drawList());
  private readonly form: Form<Name>;

  constructor(private readonly officer: Officer) {
    const { voice, desk } = officer;
    this.outcome = new Outcome(voice);
    this.keys = new Loaded(
      voice,
      () => desk.ask("GET", "/follow-up-keys"),
      () => void this.list.refresh(),
    );
    const values = { key: "", name: "", jwk: "" };
    const send = (given: Record<Name, string>): Promise<void> => this.register(given);
    this.form = new Form<Name>("key", voice, this.outcome, FIELDS, values, "register", send);
    void this.keys.load();
  }

  title(): string {
    return this.officer.voice.say("tabKeys");
  }

  draw(): Nodes {
    const { voice, isTracer } = this.officer;
    const form = h("section", { class: "card" }, h("h2", {}, voice.say("registerKey")), this.form.draw());
    return [h("p", {}, voice.say("keysSay")), this.outcome.refresh(), this.list.refresh(), isTracer ? undefined : form];
  }

  private drawList(): Nodes {
    const { voice } = this.officer;
    return this.keys.draw(({ keys }) => {
      if (keys.length === 0) return [h("p", {}, voice.say("noKeys"))];
      const heads = ["keyName", "keyX", "area", "state"] as const;
      const columns = [...heads.map((head) => ({ head: voice.say(head) })), { head: voice.say("actions") }];
      return [
        table(
          voice.say("tabKeys"),
          columns,
          keys.map((one) => this.row(one)),
        ),
      ];
    });
  }

  private row(one: Shown): readonly (string | Node)[] {
    const { voice, isTracer } = this.officer;
    const buttons = h("span", { class: "actions" });
    if (isTracer && one.state === "registered")
      buttons.append(this.button("confirmKey", "confirmKeySay", one, "confirmation"));
    if (one.state !== "retired") buttons.append(this.button("retireKey", "retireKeySay", one, "retirement"));
    return [
      h("span", {}, one.name, " ", h("span", { class: "hint code" }, one.key)),
      h("span", { class: "code" }, one.jwk.x),
      one.area,
      marked(MARKS[one.state], voice.say(`key:${one.state}`)),
      buttons,
    ];
  }

  private button(word: "confirmKey" | "retireKey", say: OfficerWord, one: Shown, act: string): Node {
    const { voice, desk } = this.officer;
    return actionButton(voice.say(word), "plain small", this.outcome, async () => {
      const asked = { title: voice.say(word), say: [voice.say(say, { name: one.name })], yes: voice.say(word) };
      if ((await consent(voice, asked)) === undefined) return;
      await desk.ask("POST", `/follow-up-keys/${one.key}/${act}`);
      await this.keys.load();
      this.outcome.done(() => [h("p", {}, voice.say("keyDone", { name: one.name }))]);
    });
  }

  private async register(values: Record<Name, string>): Promise<void> {
    const { desk, voice, area } = this.officer;
    const body = { name: values.name.trim(), area, jwk: publicKey(values.jwk) };
    const made = await desk.ask<Shown>("PUT", `/follow-up-keys/${values.key.trim()}`, { body });
    await this.keys.load();
    this.outcome.done(() => [h("p", {}, voice.say("keyRegistered", { name: made.name }))]);
  }
}
