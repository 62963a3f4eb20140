/** The running Monban as a journey knows it: where it listens, who may sign in, and its API. */
import type { Operation } from "../../../lib/schema/operation.ts";
import type { Stack } from "../../../lib/testing/start-stack.ts";
import { waitFor } from "../../../lib/testing/wait-for.ts";

const VARIABLE = "MONBAN_JOURNEYS";

export type Place = Pick<
  Stack,
  "panelUrl" | "panelPort" | "httpPort" | "data" | "folder" | "setupToken" | "admin"
>;

export type Answer<T> = { status: number; body: T };

export type Monban = Place & {
  /** The cookie of an admin who signed in without a browser. */
  cookie: { name: string; value: string };
  /** A request with the admin's session. */
  api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** Waits for the end of an operation and returns it, whatever its result. */
  finished(operationId: string): Promise<Operation>;
};

/** Tells the processes of the tests where the Monban is that was started for them. */
export function passOn({ panelUrl, panelPort, httpPort, data, folder, setupToken, admin }: Stack): void {
  const place: Place = { panelUrl, panelPort, httpPort, data, folder, setupToken, admin };
  process.env[VARIABLE] = JSON.stringify(place);
}

export function whereItRuns(): Place {
  return JSON.parse(process.env[VARIABLE] ?? "") as Place;
}

/** Signs in; somebody has set it up. */
export async function signInByApi(place: Place): Promise<Monban> {
  const signedIn = await send(place, "POST", "/api/v1/sessions", place.admin, "");
  if (!signedIn.ok) throw new Error(`signing in answered ${signedIn.status}: ${await signedIn.text()}`);
  const [pair = ""] = (signedIn.headers.getSetCookie()[0] ?? "").split(";");
  const cut = pair.indexOf("=");
  const cookie = { name: pair.slice(0, cut), value: pair.slice(cut + 1) };
  async function api<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const answer = await send(place, method, path, body, pair);
    const json = (answer.headers.get("content-type") ?? "").includes("json");
    return { status: answer.status, body: (json ? await answer.json() : await answer.text()) as T };
  }
  return {
    ...place,
    cookie,
    api,
    finished: (id) =>
      waitFor(
        `operation ${id} to end`,
        async () => {
          const { body } = await api<Operation>("GET", `/api/v1/operations/${id}?waitMs=10000`);
          return body.finishedAt === undefined ? null : body;
        },
        { deadlineMs: 60_000 },
      ),
  };
}

function send(
  { panelUrl }: Place,
  method: string,
  path: string,
  body: unknown,
  cookie: string,
): Promise<Response> {
  return fetch(`${panelUrl}${path}`, {
    method,
    headers: {
      origin: panelUrl,
      ...(cookie ? { cookie } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
}
