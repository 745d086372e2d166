/** `desk./worker`: a grid worker's walks, applications on the spot, and what posters look like on the doors. */
import { cardsVoice, CardsView } from "../cards/view";
import { type Console, openConsole, type Tab, type View } from "../desk/shell";
import { keepOffline } from "../shared/offline";
import { speaker } from "../shared/words";
import { ApplyView } from "./apply";
import { HomeView } from "./home";
import { PosterView } from "./poster";
import { WalkView } from "./walk";
import { Worker } from "./worker";
import { type Voice, WORKER_WORDS } from "./words";

const voice: Voice = speaker(WORKER_WORDS.zh, WORKER_WORDS.en);
const ID = /^[A-Za-z0-9_-]{1,64}$/;

let worker: Worker | undefined;

function view(open: Console, at: string): View {
  worker ??= new Worker(open, voice);
  const [first, id, item] = at.split("/").filter((part, place) => place === 0 || ID.test(part));
  if (first === "walk" && id !== undefined) return new WalkView(worker, id);
  if (first === "apply") return new ApplyView(worker, id, item);
  if (first === "poster") return new PosterView(worker);
  if (first === "cards") return new CardsView(open, voice);
  return new HomeView(worker);
}

function tabs(): readonly Tab[] {
  return [
    { at: "", below: ["walk"], title: () => voice.say("tabWalks") },
    { at: "poster", title: () => voice.say("tabPoster") },
    { at: "apply", title: () => voice.say("tabApply") },
    { at: "cards", title: () => cardsVoice(voice).say("cardsTab") },
  ];
}

// Opened once with a network, the page opens in a basement too; what is noted there is sent later.
void keepOffline("/worker");
void openConsole({ voice, roles: ["worker"], tabs, view });
