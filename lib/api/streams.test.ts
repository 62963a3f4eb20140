import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEvent } from "../schema/event.ts";
import type { ObservedState } from "../schema/observed.ts";
import type { Operation } from "../schema/operation.ts";
import type { SiteView } from "../schema/site-view.ts";
import { type EventReader, readEvents } from "../testing/read-events.ts";
import { createTestPanel, ORIGIN, read, type TestPanel } from "../testing/test-panel.ts";
import { waitFor } from "../testing/wait-for.ts";

let panel: TestPanel;
let site: SiteView;
let open: EventReader[];

beforeEach(async () => {
  panel = await createTestPanel();
  site = await panel.createSite("blog");
  open = [];
});
afterEach(async () => {
  for (const reader of open) await reader.close();
  await panel.close();
});

async function stream(target: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const response = await panel.send("GET", `/api/v1${target}`, {
    headers: { cookie: await panel.cookie(), ...headers },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(response.headers.get("cache-control")).toContain("no-transform");
  const reader = readEvents(response);
  open.push(reader);
  return reader;
}

const notice = (detail: string, siteId?: string) =>
  panel.supervisor.emit({
    type: "notice",
    level: "info",
    code: "test",
    detail,
    ...(siteId ? { siteId } : {}),
  });
const polls = (route: string) => panel.supervisor.requests.filter((request) => request === route).length;

describe("operations", () => {
  test("waits until the operation has ended", async () => {
    panel.supervisor.hold();
    const { body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`);
    expect(body.operation.finishedAt).toBeUndefined();
    const waiting = panel.asAdmin("GET", `/api/v1/operations/${body.operation.id}?waitMs=30000`);
    panel.supervisor.release();
    expect((await waiting).body).toMatchObject({ state: "succeeded" });
  });

  test("streams each step and ends with the operation", async () => {
    panel.supervisor.hold();
    const { body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`);
    const reader = await stream(`/operations/${body.operation.id}/events`);
    const first = (await reader.next()).data as Operation;
    expect(first).toMatchObject({ id: body.operation.id, state: "running" });
    panel.supervisor.release();
    const last = await reader.next(({ data }) => (data as Operation).state !== "running");
    expect(last).toMatchObject({ event: "operation", data: { state: "succeeded" } });
    await reader.ended();
  });

  test("of a finished operation streams it once and ends", async () => {
    const { body } = await panel.asAdmin("GET", "/api/v1/operations");
    const reader = await stream(`/operations/${body.data[0].id}/events`);
    expect((await reader.next()).data).toMatchObject({ state: "succeeded" });
    await reader.ended();
  });

  test("gives what programs printed, in pieces", async () => {
    const { body } = await panel.asAdmin("GET", "/api/v1/operations");
    const output = (offset: number) =>
      panel.asAdmin("GET", `/api/v1/operations/${body.data[0].id}/output?offset=${offset}`);
    const all = await output(0);
    expect(all.body).toMatchObject({ finished: true, text: expect.stringContaining("flask") });
    expect((await output(all.body.nextOffset)).body.text).toBe("");
  });

  test("can be cancelled before cut over, and not after", async () => {
    panel.supervisor.hold();
    const { body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`);
    const cancel = () => panel.asAdmin("POST", `/api/v1/operations/${body.operation.id}/cancel`);
    expect((await cancel()).status).toBe(200);
    panel.supervisor.release();
    expect(await panel.ended(body.operation)).toMatchObject({
      state: "failed",
      error: { code: "cancelled" },
    });
    const late = await cancel();
    expect(late.status).toBe(409);
    expect(late.body.code).toBe("too-late-to-cancel");
  });

  test("are listed newest first, by site and in pages", async () => {
    const other = await panel.createSite("wiki");
    for (let i = 0; i < 3; i++)
      await panel.ended((await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`)).body.operation);
    const mine = await panel.asAdmin("GET", `/api/v1/operations?siteId=${site.id}&limit=2`);
    expect(mine.body.data.map((it: Operation) => it.kind)).toEqual(["reload", "reload"]);
    const rest = await panel.asAdmin(
      "GET",
      `/api/v1/operations?siteId=${site.id}&cursor=${mine.body.nextCursor}`,
    );
    expect(rest.body.data.map((it: Operation) => it.kind)).toEqual(["reload", "create"]);
    expect((await panel.asAdmin("GET", `/api/v1/operations?siteId=${other.id}`)).body.data).toHaveLength(1);
  });

  test("that are unknown answer 404", async () => {
    for (const rest of ["", "/events", "/output"])
      expect((await panel.asAdmin("GET", `/api/v1/operations/op_0000000000000000${rest}`)).status).toBe(404);
    expect((await panel.asAdmin("POST", "/api/v1/operations/op_0000000000000000/cancel")).status).toBe(404);
  });
});

describe("the journal", () => {
  test("is streamed as it is written", async () => {
    const reader = await stream("/events/stream");
    notice("hello");
    const message = await reader.next(({ data }) => (data as JournalEvent).type === "notice");
    expect(message).toMatchObject({ event: "journal", data: { detail: "hello" } });
    expect(message.id).toBe(String((message.data as JournalEvent).seq));
  });

  test("goes on after what was seen, without a gap or a repetition", async () => {
    notice("one");
    notice("two");
    await waitFor("both to be read", async () => {
      const { body } = await panel.asAdmin("GET", "/api/v1/events?limit=2");
      return body.data.at(-1)?.detail === "two";
    });
    const { body } = await panel.asAdmin("GET", "/api/v1/events?limit=2");
    const reader = await stream("/events/stream", { "last-event-id": String(body.data[0].seq) });
    notice("three");
    const details = [(await reader.next()).data, (await reader.next()).data];
    expect(details).toMatchObject([{ detail: "two" }, { detail: "three" }]);
  });

  test("can be narrowed to a site", async () => {
    const reader = await stream(`/events/stream?siteId=${site.id}`);
    notice("of nobody");
    notice("of the site", site.id);
    expect((await reader.next()).data).toMatchObject({ detail: "of the site" });
  });

  test("survives a supervisor that restarts: nothing is lost and nothing told twice", async () => {
    const reader = await stream("/events/stream?after=0");
    const told: number[] = [];
    const until = async (detail: string) => {
      for (;;) {
        const event = (await reader.next()).data as JournalEvent;
        told.push(event.seq);
        if (event.type === "notice" && event.detail === detail) return;
      }
    };
    notice("before");
    await until("before");
    const { journal } = panel.supervisor;
    const desired = panel.supervisor.desired();
    await panel.supervisorLeaves();
    await panel.supervisorReturns({ desired, journal });
    notice("after");
    await until("after");
    expect(told).toEqual(told.map((_, index) => index + 1));
    expect(told).toHaveLength(journal.length);
  });

  test("goes on with a supervisor whose journal began anew", async () => {
    const reader = await stream("/events/stream");
    await panel.supervisorLeaves();
    await panel.supervisorReturns();
    notice("in the new journal");
    const message = await reader.next(({ data }) => (data as JournalEvent).type === "notice");
    expect(message).toMatchObject({ data: { detail: "in the new journal" } });
  });
});

describe("the dashboard's stream", () => {
  const status = ({ event }: { event: string }) => event === "status";

  test("begins with the state, and tells when it changed", async () => {
    const reader = await stream("/stream");
    const first = (await reader.next(status)).data as ObservedState;
    expect(first.sites).toMatchObject([{ siteId: site.id, state: "ready" }]);
    panel.supervisor.alter((observed) => {
      for (const seen of observed.sites) seen.queueWaiting = true;
    });
    const second = (await reader.next(status)).data as ObservedState;
    expect(second.sites[0]?.queueWaiting).toBe(true);
  });

  test("carries the journal, too", async () => {
    const reader = await stream("/stream");
    notice("hello");
    expect(await reader.next(({ event }) => event === "journal")).toMatchObject({
      data: { detail: "hello" },
    });
  });

  test("says when the supervisor is away and when it is back", async () => {
    const reader = await stream("/stream");
    await reader.next(status);
    await panel.supervisorLeaves();
    await reader.next(({ event }) => event === "away");
    await panel.supervisorReturns();
    await reader.next(status);
  });

  test("asks the supervisor once, however many tabs are open, and not at all when all are closed", async () => {
    const tabs = await Promise.all(Array.from({ length: 20 }, () => stream("/stream")));
    for (const tab of tabs) await tab.next(status);
    const before = polls("GET /v1/observed");
    expect(before).toBeLessThan(20);
    for (const tab of tabs) await tab.close();
    panel.supervisor.alter((observed) => {
      for (const seen of observed.sites) seen.queueWaiting = true;
    });
    // A new tab is the condition to wait for: it sees the change, and only it has asked.
    const late = await stream("/stream");
    await late.next(
      ({ event, data }) => event === "status" && (data as ObservedState).sites[0]?.queueWaiting === true,
    );
    expect(polls("GET /v1/observed") - before).toBeLessThanOrEqual(3);
  });
});

describe("logs", () => {
  test("come in pages, newest last, narrowed by words and level", async () => {
    for (const text of ["one", "two", "three"]) panel.supervisor.log(site.id, { text });
    panel.supervisor.log(site.id, { text: "oh no", level: "error" });
    const logs = async (query: string) =>
      (await panel.asAdmin("GET", `/api/v1/sites/${site.id}/logs?source=app&${query}`)).body;
    const last = await logs("limit=2");
    expect(last.data.map((line: { text: string }) => line.text)).toEqual(["three", "oh no"]);
    expect((await logs(`limit=2&before=${last.before}`)).data[0].text).toBe("one");
    expect((await logs("contains=two")).data).toHaveLength(1);
    expect((await logs("level=error")).data).toMatchObject([{ text: "oh no" }]);
  });

  test("are followed live, by one reader for all tabs, which ends with the last tab", async () => {
    const tabs = [
      await stream(`/sites/${site.id}/logs/stream?source=app`),
      await stream(`/sites/${site.id}/logs/stream?source=app`),
    ];
    await waitFor("the follower", () => panel.supervisor.followers() === 1);
    panel.supervisor.log(site.id, { text: "hello" });
    for (const tab of tabs)
      expect(await tab.next()).toMatchObject({ event: "line", data: { text: "hello" } });
    expect(panel.supervisor.followers()).toBe(1);
    await tabs[0]?.close();
    panel.supervisor.log(site.id, { text: "still here" });
    expect(await tabs[1]?.next()).toMatchObject({ data: { text: "still here" } });
    await tabs[1]?.close();
    await waitFor("the follower to leave", () => panel.supervisor.followers() === 0);
  });

  test("send what was missed before they go on", async () => {
    for (const text of ["one", "two", "three"]) panel.supervisor.log(site.id, { text });
    const reader = await stream(`/sites/${site.id}/logs/stream?source=app`, { "last-event-id": "1" });
    expect([(await reader.next()).data, (await reader.next()).data]).toMatchObject([
      { text: "two" },
      { text: "three" },
    ]);
    panel.supervisor.log(site.id, { text: "four" });
    expect(await reader.next()).toMatchObject({ id: "4", data: { text: "four" } });
  });

  test("say that the supervisor is gone and end", async () => {
    const reader = await stream(`/sites/${site.id}/logs/stream?source=app`);
    await waitFor("the follower", () => panel.supervisor.followers() === 1);
    await panel.supervisorLeaves();
    expect(await reader.next()).toMatchObject({ event: "away" });
    await reader.ended();
  });

  test("can be downloaded whole", async () => {
    panel.supervisor.log(site.id, { text: "one" });
    panel.supervisor.log(site.id, { text: "two" });
    const answer = await panel.asAdmin("GET", `/api/v1/sites/${site.id}/logs/download?source=app`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="blog-app.log"');
    expect(answer.body).toBe("one\ntwo\n");
  });

  test.each([
    "",
    "?source=shadow",
    "?source=app&limit=0",
    "?source=app&limit=1001",
    "?source=../app",
    "?sauce=app",
  ])("of %j are refused with the field", async (query) => {
    const { status, body } = await panel.asAdmin("GET", `/api/v1/sites/${site.id}/logs${query}`);
    expect(status).toBe(422);
    expect(body.errors.length).toBeGreaterThan(0);
  });
});

describe("a stream ends", () => {
  test("in the moment its token is revoked", async () => {
    const { body: token } = await panel.asAdmin("POST", "/api/v1/tokens", {
      body: { name: "t", scopes: ["sites:read"] },
    });
    const headers = { authorization: `Bearer ${token.secret}` };
    const reader = readEvents(await panel.send("GET", "/api/v1/stream", { headers }));
    await reader.next();
    await panel.asAdmin("DELETE", `/api/v1/tokens/${token.id}`);
    await reader.ended();
  });

  test("in the moment its session is signed out", async () => {
    const reader = await stream("/stream");
    await reader.next();
    await panel.asAdmin("DELETE", "/api/v1/sessions/current");
    await reader.ended();
  });

  test("when the panel stops", async () => {
    const reader = await stream("/stream");
    await reader.next();
    await panel.panel.context.hub.close();
    await reader.ended();
  });

  test("and frees its place when the request is aborted", async () => {
    const tab = new AbortController();
    const response = await panel.api.fetch(
      new Request(`${ORIGIN}/api/v1/sites/${site.id}/logs/stream?source=error`, {
        headers: { cookie: await panel.cookie() },
        signal: tab.signal,
      }),
    );
    const reader = readEvents(response);
    await waitFor("the follower", () => panel.supervisor.followers() === 1);
    tab.abort();
    await reader.ended();
    await waitFor("the follower to leave", () => panel.supervisor.followers() === 0);
  });

  test("are counted: more than there may be are refused, and closing one makes room", async () => {
    const many: EventReader[] = [];
    for (;;) {
      const response = await panel.send("GET", "/api/v1/events/stream", {
        headers: { cookie: await panel.cookie() },
      });
      if (response.status !== 200) {
        expect((await read(response)).body).toMatchObject({ status: 429, code: "too-many-streams" });
        break;
      }
      many.push(readEvents(response));
    }
    expect(many.length).toBe(256);
    await many.pop()?.close();
    many.push(await stream("/events/stream"));
    for (const reader of many) await reader.close();
  });
});
