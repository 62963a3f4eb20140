/** Reads what the keeper says. Anything that is not as promised throws and names the field. */
import type {
  KeeperChild,
  KeeperExit,
  KeeperHello,
  KeeperProcess,
  KeeperSocket,
  KeeperStatus,
} from "./keeper-facts.ts";

type Fields = Record<string, unknown>;

export function readRecord(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError("an object was expected");
  return value as Fields;
}

export function readNumber(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    throw new TypeError(`${key} is no whole number`);
  return value;
}

export function readArray<Item>(fields: Fields, key: string, parse: (value: unknown) => Item): Item[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw new TypeError(`${key} is no list`);
  return value.map(parse);
}

function readText(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new TypeError(`${key} is no text`);
  return value;
}

function readBoolean(fields: Fields, key: string): boolean {
  const value = fields[key];
  if (typeof value !== "boolean") throw new TypeError(`${key} is neither true nor false`);
  return value;
}

function readOneOf<Value extends string>(fields: Fields, key: string, values: readonly Value[]): Value {
  const value = values.find((candidate) => candidate === fields[key]);
  if (value === undefined) throw new TypeError(`${key} is none of ${values.join(", ")}`);
  return value;
}

/** The keeper's null, or a field it leaves out, as null. */
function orNull<Value>(
  fields: Fields,
  key: string,
  read: (fields: Fields, key: string) => Value,
): Value | null {
  return fields[key] === null || fields[key] === undefined ? null : read(fields, key);
}

export function parseHello(value: unknown): KeeperHello {
  const fields = readRecord(value);
  return {
    protocol: readNumber(fields, "protocol"),
    pid: readNumber(fields, "pid"),
    startedAt: readNumber(fields, "startedAt"),
    bootId: readText(fields, "bootId"),
  };
}

export function parseProcess(value: unknown): KeeperProcess {
  const fields = readRecord(value);
  return { pid: readNumber(fields, "pid"), startTime: readNumber(fields, "startTime") };
}

export function parseSocket(value: unknown): KeeperSocket {
  const fields = readRecord(value);
  return {
    name: readText(fields, "name"),
    kind: readOneOf(fields, "kind", ["unix", "tcp"]),
    address: readText(fields, "address"),
    port: orNull(fields, "port", readNumber),
    held: readBoolean(fields, "held"),
    rebound: readBoolean(fields, "rebound"),
  };
}

export function parseChild(value: unknown): KeeperChild {
  const fields = readRecord(value);
  return {
    ...parseProcess(fields),
    name: readText(fields, "name"),
    since: readNumber(fields, "since"),
    state: readOneOf(fields, "state", ["alive", "leaderless"]),
    pgid: readNumber(fields, "pgid"),
    adopted: readBoolean(fields, "adopted"),
  };
}

export function parseExit(value: unknown): KeeperExit {
  const fields = readRecord(value);
  return {
    ...parseProcess(fields),
    seq: readNumber(fields, "seq"),
    name: readText(fields, "name"),
    code: orNull(fields, "code", readNumber),
    signal: orNull(fields, "signal", readText),
    at: readNumber(fields, "at"),
    known: readBoolean(fields, "known"),
  };
}

export function parseStatus(value: unknown): KeeperStatus {
  const fields = readRecord(value);
  const supervisor = readRecord(fields.supervisor);
  return {
    sockets: readArray(fields, "sockets", parseSocket),
    children: readArray(fields, "children", parseChild),
    exits: readArray(fields, "exits", parseExit),
    lostExits: readNumber(fields, "lostExits"),
    stopping: readBoolean(fields, "stopping"),
    supervisor: { pid: orNull(supervisor, "pid", readNumber), restarts: readNumber(supervisor, "restarts") },
    rssBytes: readNumber(fields, "rssBytes"),
  };
}
