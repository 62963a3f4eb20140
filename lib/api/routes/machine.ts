/** The machine: status, folders and inspections, the journal, and the one stream the dashboard lives on. */
import * as z from "zod";
import type { PanelCore } from "../../panel/create-panel.ts";
import { type JournalEvent, journalEventSchema } from "../../schema/event.ts";
import { folderListingSchema, inspectionSchema } from "../../schema/inspection.ts";
import { statusViewSchema } from "../../schema/status-view.ts";
import { absolutePathSchema, idSchema } from "../../schema/text.ts";
import { eventStream, type Send } from "../event-stream.ts";
import { type Route, route } from "../route.ts";
import { queryNumber } from "../shapes.ts";

const after = queryNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 0 });
const siteId = idSchema("site").optional();
/** Events that are told again to a reader that comes back. */
const MAX_MISSED_EVENTS = 500;

export const machineRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/v1/status",
    tag: "machine",
    summary: "Every process of Monban, the ports, the host, and what should be mended",
    access: "sites:read",
    status: 200,
    response: statusViewSchema,
    problems: [],
    handle: async ({ panel }) => ({ body: await panel.status() }),
  }),
  route({
    method: "post",
    path: "/api/v1/inspections",
    tag: "machine",
    summary:
      "What is found in a folder: entry points, requirements, static files, data, each with its reason",
    access: "sites:write",
    body: z.strictObject({ path: absolutePathSchema }),
    status: 200,
    response: inspectionSchema,
    problems: [503],
    handle: async ({ panel, body }) => ({ body: await panel.inspect(body.path) }),
  }),
  route({
    method: "get",
    path: "/api/v1/folders",
    tag: "machine",
    summary: "The folders in a folder, to pick a source from",
    access: "sites:write",
    query: z.strictObject({ path: absolutePathSchema.default("/") }),
    status: 200,
    response: folderListingSchema,
    problems: [503],
    handle: async ({ panel, query }) => ({ body: await panel.folders(query.path) }),
  }),
  route({
    method: "get",
    path: "/api/v1/events",
    tag: "machine",
    summary: "The journal after a number, oldest first; without one the newest events",
    access: "sites:read",
    query: z.strictObject({
      after: after.unwrap().optional(),
      limit: queryNumber({ min: 1, max: 500, otherwise: 100 }),
      siteId,
    }),
    status: 200,
    response: z.object({
      data: z.array(journalEventSchema),
      /** Give it as `after` next time. */
      next: z.int(),
    }),
    problems: [],
    async handle({ panel, query: { after: since, limit, siteId: site } }) {
      const filter = { limit, ...(site ? { siteId: site } : {}) };
      const data =
        since === undefined
          ? await panel.events.recent(filter)
          : await panel.events.after({ ...filter, after: since });
      return { body: { data, next: data.at(-1)?.seq ?? since ?? 0 } };
    },
  }),
  route({
    method: "get",
    path: "/api/v1/events/stream",
    tag: "machine",
    summary: "The journal as it is written, as `journal`; `after` or Last-Event-ID tells what was seen",
    access: "sites:read",
    query: z.strictObject({ after: after.unwrap().optional(), siteId }),
    status: 200,
    contentType: "text/event-stream",
    problems: [429],
    async handle({ panel, request, query }) {
      const since = lastSeen(request) ?? query.after ?? null;
      return eventStream(panel, request, ({ send }) =>
        followJournal({ panel, since, siteId: query.siteId, send }),
      );
    },
  }),
  route({
    method: "get",
    path: "/api/v1/stream",
    tag: "machine",
    summary:
      "For the dashboard: `status` is the observed state, at most once a second; `away` says that the supervisor is; `journal` is one event",
    access: "sites:read",
    status: 200,
    contentType: "text/event-stream",
    problems: [429],
    async handle({ panel, request }) {
      return eventStream(panel, request, async ({ send }) => {
        const leaveLive = panel.context.hub.watchLive((live) =>
          send(live ? { event: "status", data: live } : { event: "away", data: {} }),
        );
        const leaveJournal = await followJournal({
          panel,
          since: lastSeen(request),
          siteId: undefined,
          send,
        });
        return () => {
          leaveLive();
          leaveJournal();
        };
      });
    },
  }),
];

function lastSeen(request: Request): number | null {
  const text = request.headers.get("last-event-id");
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Joins first and reads what was missed then: nothing falls between the two, nothing is told twice. */
async function followJournal(follow: {
  panel: PanelCore;
  since: number | null;
  siteId: string | undefined;
  send: Send;
}): Promise<() => void> {
  const { panel, since, siteId: site, send } = follow;
  let isCaughtUp = since === null;
  const pending: JournalEvent[] = [];
  const tell = (event: JournalEvent) => {
    if (site === undefined || event.siteId === site) send({ event: "journal", id: event.seq, data: event });
  };
  const leave = panel.context.hub.watchEvents((event) => (isCaughtUp ? tell(event) : pending.push(event)));
  if (since !== null) {
    const filter = { after: since, limit: MAX_MISSED_EVENTS, ...(site ? { siteId: site } : {}) };
    const missed = await panel.events.after(filter);
    const told = new Set(missed.map((event) => event.seq));
    for (const event of missed) tell(event);
    for (const event of pending) if (!told.has(event.seq)) tell(event);
    isCaughtUp = true;
  }
  return leave;
}
