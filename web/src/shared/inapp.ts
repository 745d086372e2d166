/** What this browser cannot do: pages inside other apps (WeChat, Alipay…) often lack storage, workers, lock and camera. */
export interface Abilities {
  /** WebCrypto: without it nothing can be signed or verified. */
  readonly crypto: boolean;
  readonly worker: boolean;
  readonly camera: boolean;
  readonly wakeLock: boolean;
  /** The app whose built-in browser this is, if it says so. */
  readonly inside: App | undefined;
}

export type App = "wechat" | "alipay" | "dingtalk" | "qq" | "weibo" | "douyin";

/** What each app's built-in browser calls itself. */
const APPS: readonly (readonly [App, RegExp])[] = [
  ["wechat", /MicroMessenger/i],
  ["alipay", /AlipayClient/i],
  ["dingtalk", /DingTalk/i],
  ["qq", /\bQQ\/\d/],
  ["weibo", /Weibo/i],
  ["douyin", /aweme|BytedanceWebview/i],
];

export function abilities(): Abilities {
  const { userAgent } = navigator;
  return {
    crypto: globalThis.crypto?.subtle !== undefined,
    worker: "serviceWorker" in navigator,
    camera: navigator.mediaDevices?.getUserMedia !== undefined,
    wakeLock: "wakeLock" in navigator,
    inside: APPS.find(([, mark]) => mark.test(userAgent))?.[0],
  };
}
