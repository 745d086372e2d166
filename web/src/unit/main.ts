/** `desk./unit` and `desk./lab`: the console of a unit's clerk, and of a laboratory. */
import { h } from "../shared/dom";
import { speaker } from "../shared/words";
import { JobView } from "../desk/job";
import { type Console, openConsole, type Tab, type View } from "../desk/shell";
import { loadUnit } from "./approval";
import { PeopleView } from "./people";
import { UploadView } from "./upload";
import { UNIT_WORDS, type Voice } from "./words";

const voice: Voice = speaker(UNIT_WORDS.zh, UNIT_WORDS.en);

function tabs({ desk }: Console): readonly Tab[] {
  const upload = { at: "", below: ["job"], title: () => voice.say("tabUpload") };
  return desk.who.role === "lab" ? [upload] : [upload, { at: "people", title: () => voice.say("tabPeople") }];
}

function toPeople(): Node {
  return h("p", { class: "actions" }, h("a", { class: "solid", href: "#people" }, voice.say("seePeople")));
}

function view(open: Console, at: string): View {
  const [first, id] = at.split("/");
  const job = first === "job" && id !== undefined && /^[\w-]{1,64}$/.test(id) ? id : undefined;
  if (job !== undefined) return new JobView(open, job, ({ kind }) => (kind === "results" ? undefined : toPeople()));
  if (first === "people" && open.desk.who.role === "unit") return new PeopleView(open, voice);
  return new UploadView(open, voice);
}

async function who(open: Console): Promise<string> {
  return open.desk.who.role === "unit" ? (await loadUnit(open)).name : "";
}

// A file that is dropped beside its place would replace the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

void openConsole({ voice, roles: ["unit", "lab"], who, tabs, view });
