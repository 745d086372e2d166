/**
 * What a page keeps: IndexedDB, and where a browser denies it, memory that says so.
 *
 * Nothing is ever lost in silence: `lasting` tells whether what is put here outlives the page, and a page that holds
 * something worth keeping shows a notice when it does not.
 */
import { type IDBPDatabase, openDB } from "idb";

export interface Store<T> {
  get(key: string): Promise<T | undefined>;
  all(): Promise<T[]>;
  put(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface Storage<S extends Record<string, unknown>> {
  /** Whether what is put here outlives the page. */
  readonly lasting: boolean;
  store<N extends keyof S & string>(name: N): Store<S[N]>;
}

function inMemory<T>(): Store<T> {
  const held = new Map<string, T>();
  return {
    get: async (key) => held.get(key),
    all: async () => [...held.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value),
    put: async (key, value) => void held.set(key, value),
    delete: async (key) => void held.delete(key),
  };
}

function inDatabase<T>(database: IDBPDatabase, name: string): Store<T> {
  return {
    get: (key) => database.get(name, key),
    all: () => database.getAll(name),
    // `strict`: an acknowledged write must survive the battery that falls out.
    async put(key, value) {
      const writing = database.transaction(name, "readwrite", { durability: "strict" });
      await Promise.all([writing.store.put(value, key), writing.done]);
    },
    delete: (key) => database.delete(name, key),
  };
}

/** Open the page's storage with these stores; a store's values are read back in the order of their keys. */
export async function openStorage<S extends Record<string, unknown>>(
  name: string,
  version: number,
  stores: readonly (keyof S & string)[],
): Promise<Storage<S>> {
  let database: IDBPDatabase | undefined;
  try {
    database = await openDB(name, version, {
      upgrade(made) {
        for (const store of stores) if (!made.objectStoreNames.contains(store)) made.createObjectStore(store);
      },
    });
  } catch {
    // Denied by the browser (private windows, in-app browsers, a full disk): memory does, and `lasting` says so.
  }
  const memory = new Map<string, Store<unknown>>();
  return {
    lasting: database !== undefined,
    store<N extends keyof S & string>(store: N) {
      if (database !== undefined) return inDatabase<S[N]>(database, store);
      if (!memory.has(store)) memory.set(store, inMemory());
      return memory.get(store) as Store<S[N]>;
    },
  };
}

/** Ask the browser not to throw the storage away when the disk fills up; it may say no. */
export async function askToPersist(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}
