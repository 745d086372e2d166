/** The guard's page: reads what a camera opened, answers, and answers again when the fragment changes. */
import type { Language } from "./catalogue";
import { learn, say, teach } from "./catalogue";
import { type Answer, check, unsure } from "./check";
import type { Duty } from "./later-duty";
import { type Config, loadConfig, loadExtract, unlessMissing } from "./load";
import { bar, type Facing, facts, foot, headWord, LANG, markOf, panel, provenance, type State, spoken } from "./view";
import { refill } from "../shared/dom";

/** An accepted verdict stands on the screen for so long, then it asks for a new scan; papers take longer to compare. */
const STANDS_S = { genuine: 60, identity: 180 } as const;
/** What is not needed for a verdict waits until one stands. */
const REST_MS = 1500;
const LANGUAGE = "epipass.language";
const SHIFT = "epipass.shift";

/** Built by themselves and fetched by name, so that this page shares no file with them. */
const DUTY = "/v/later-duty.js";
const REST = "/v/later-rest.js";

let language: Language = firstLanguage();
let config: Config | undefined;
let state: State = { kind: "empty" };
let text = "";
/** Counts questions, so that a slow answer to an earlier one is never shown. */
let asked = 0;
let tick: (now: number) => void = () => {};
let duty: Duty | undefined;
let rest: ((open: boolean) => Node[]) | undefined;

function now(): number {
  return duty?.now() ?? Math.floor(Date.now() / 1000);
}

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage is denied: nothing was kept.
    return null;
  }
}

function firstLanguage(): Language {
  const chosen = kept(LANGUAGE);
  if (chosen === "zh" || chosen === "en") return chosen;
  return /^zh\b/i.test(navigator.language) ? "zh" : "en";
}

function part(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}

const facing: Facing = {
  teach,
  say: (word, values) => say(language, word, values),
  get language() {
    return language;
  },
  get specimen() {
    return config?.specimen ?? false;
  },
  get phone() {
    return config?.phone ?? "";
  },
  onIdentity() {
    if (state.kind === "answer") show({ ...state, identityChecked: true });
  },
  onAgain() {
    void ask(text);
  },
  onPaste(pasted) {
    if (pasted !== "") void ask(pasted);
  },
  async onLanguage() {
    const next = language === "zh" ? "en" : "zh";
    await learn(next);
    language = next;
    try {
      localStorage.setItem(LANGUAGE, language);
    } catch {
      // Storage is denied; the choice lasts as long as the page.
    }
    show(state);
    part("language").focus();
  },
};

function answerNodes(answer: Answer): Node[] {
  const kind = markOf(state);
  if (kind === "stale") return [];
  const [before, after] = provenance(answer, facing);
  if (answer.pass === undefined) return [...before, after];
  const shown = facts(answer.pass, kind === "genuine" || kind === "identity", facing, now());
  tick = shown.tick;
  return [...before, shown.node, after];
}

function show(next: State): void {
  const before = spoken(state, language);
  state = next;
  tick = () => {};
  document.documentElement.lang = LANG[language];
  document.title = `${say(language, headWord(state))} · ${say(language, "title")}`;
  document.body.dataset.mark = markOf(state);
  document.body.dataset.code = state.kind === "answer" ? state.answer.code : "";
  const [above = [], below = []] = duty?.nodes(state, text) ?? [];
  const said = state.kind === "answer" ? answerNodes(state.answer) : [];
  refill(part("bar"), bar(facing));
  refill(part("view"), [...above, panel(state, facing), ...said, ...below]);
  showFoot();
  const sentence = spoken(state, language);
  if (sentence !== before || next.kind !== "answer") part("announce").textContent = sentence;
}

function showFoot(): void {
  refill(part("foot"), [...foot(facing), ...(rest?.(state.kind === "empty") ?? [])]);
}

async function plainAnswer(question: string): Promise<Answer> {
  const [settings, extract] = await Promise.all([config ?? loadConfig(), loadExtract(now()).catch(unlessMissing)]);
  config = settings;
  return check(question, { config, extract }, now());
}

async function answerTo(question: string): Promise<Answer> {
  if (!globalThis.crypto?.subtle || !globalThis.BigInt) return unsure(now(), "browser");
  try {
    return (await duty?.answer(question)) ?? (await plainAnswer(question));
  } catch (error) {
    return unlessMissing(error) ?? unsure(now(), "no-network");
  }
}

async function ask(question: string): Promise<void> {
  const turn = ++asked;
  text = question;
  show({ kind: "checking" });
  const answer = await answerTo(question);
  if (turn !== asked) return;
  show({ kind: "answer", answer, identityChecked: false, stale: false });
  if (answer.tookMs !== undefined) document.body.dataset.ms = answer.tookMs.toFixed(1);
}

/** In a browser that holds a shift, what a shift adds. */
async function report(): Promise<void> {
  if (!(Number(kept(SHIFT)) > now())) return;
  try {
    config ??= await loadConfig();
    const { openDuty } = (await import(/* @vite-ignore */ DUTY)) as typeof import("./later-duty");
    duty = await openDuty(config, facing, () => show(state));
  } catch {
    // Its part of the page did not arrive: genuine or not, as for everybody.
  }
}

/** What no verdict waits for: the field to paste into, the service worker, how to leave another app's browser. */
async function loadRest(): Promise<void> {
  try {
    const { openRest } = (await import(/* @vite-ignore */ REST)) as typeof import("./later-rest");
    rest ??= await openRest(facing);
    showFoot();
  } catch {
    // No network: the page goes on without.
  }
}

/** Judge the fragment; without one, say what to do, and learn whose page this is. */
async function start(): Promise<void> {
  if (location.hash.length > 1) return ask(location.hash);
  const turn = ++asked;
  show({ kind: "empty" });
  config ??= await loadConfig().catch(() => undefined);
  await loadRest();
  if (turn === asked) show({ kind: "empty" });
}

function everySecond(): void {
  const at = now();
  tick(at);
  if (state.kind !== "answer" || state.stale) return;
  const { verdict, at: since } = state.answer;
  if (verdict !== "genuine" && verdict !== "identity") return;
  // A clock set back while the page stands open must not make an answer young again.
  if (Math.abs(at - since) > STANDS_S[verdict]) show({ ...state, stale: true });
}

addEventListener("hashchange", () => void start());
// A page brought back by the browser's own cache would show an old answer as if it were new.
addEventListener("pageshow", (event) => {
  if (event.persisted) void start();
});
setInterval(everySecond, 1000);
void Promise.all([learn(language), report()])
  .then(start, start)
  .then(() => setTimeout(() => void loadRest(), REST_MS));
