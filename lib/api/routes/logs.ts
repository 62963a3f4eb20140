/** The logs of a site: pages, a live stream and whole files. */
import { Readable } from "node:stream";
import * as z from "zod";
import type { PanelCore } from "../../panel/create-panel.ts";
import { asPanelError } from "../../panel/problems.ts";
import { logPageSchema } from "../../panel/supervisor-shapes.ts";
import { type LogLine, logLevelSchema, logSourceSchema } from "../../schema/log-line.ts";
import { eventStream, type Send } from "../event-stream.ts";
import { type Route, route } from "../route.ts";
import { queryNumber, siteParams } from "../shapes.ts";

const filterFields = {
  source: logSourceSchema,
  contains: z.string().max(200, "Use at most 200 characters.").optional(),
  level: logLevelSchema.optional(),
};
const cursorSchema = z.string().max(100).optional();
/** Lines that are sent again to a reader that comes back. */
const MAX_MISSED_LINES = 1_000;

type Filter = {
  source: LogLine["source"];
  contains?: string | undefined;
  level?: LogLine["level"] | undefined;
};

export const logRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/v1/sites/{siteId}/logs",
    tag: "logs",
    summary: "Lines of a log, newest last",
    access: "sites:read",
    params: siteParams,
    query: z.strictObject({
      ...filterFields,
      limit: queryNumber({ min: 1, max: 1_000, otherwise: 200 }),
      before: cursorSchema,
      after: cursorSchema,
    }),
    status: 200,
    response: logPageSchema,
    problems: [404, 503],
    handle: async ({ panel, params, query }) => ({ body: await panel.sites.logs(params.siteId, query) }),
  }),
  route({
    method: "get",
    path: "/api/v1/sites/{siteId}/logs/stream",
    tag: "logs",
    summary: "Lines as they are written: `line`, and `away` when the supervisor is gone",
    access: "sites:read",
    params: siteParams,
    query: z.strictObject({ ...filterFields, after: cursorSchema }),
    status: 200,
    contentType: "text/event-stream",
    problems: [404, 429, 503],
    async handle({ panel, request, params, query: { after, ...filter } }) {
      const { id } = await panel.sites.get(params.siteId);
      const since = request.headers.get("last-event-id") ?? after ?? null;
      return eventStream(panel, request, ({ send, end }) =>
        followLog({ panel, id, filter, since, send, end }),
      );
    },
  }),
  route({
    method: "get",
    path: "/api/v1/sites/{siteId}/logs/download",
    tag: "logs",
    summary: "The whole log as text, rotated files first",
    access: "sites:read",
    params: siteParams,
    query: z.strictObject({ source: logSourceSchema }),
    status: 200,
    contentType: "text/plain",
    problems: [404, 503],
    async handle({ panel, request, params, query }) {
      const { fileName, bytes } = await panel.sites.downloadLogs(params.siteId, query.source, request.signal);
      return new Response(Readable.toWeb(Readable.from(bytes)) as ReadableStream, {
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "content-disposition": `attachment; filename="${fileName}"`,
        },
      });
    },
  }),
];

/** Joins first and reads what was missed then, so that no line falls between the two and none is told twice. */
async function followLog(follow: {
  panel: PanelCore;
  id: string;
  filter: Filter;
  since: string | null;
  send: Send;
  end: () => void;
}): Promise<() => void> {
  const { panel, id, filter, since, send, end } = follow;
  const pending: LogLine[] = [];
  let isCaughtUp = since === null;
  const tell = (line: LogLine) => send({ event: "line", id: line.cursor, data: line });
  const leave = panel.context.hub.watchLog(id, filter, {
    line: (line) => (isCaughtUp ? tell(line) : pending.push(line)),
    end(error) {
      send({ event: "away", data: { detail: asPanelError(error)?.problem.detail ?? null } });
      end();
    },
  });
  if (since !== null) {
    const missed = await panel.sites
      .logs(id, { ...filter, after: since, limit: MAX_MISSED_LINES })
      .catch(() => ({ data: [] }));
    const told = new Set(missed.data.map((line) => line.cursor));
    for (const line of missed.data) tell(line);
    for (const line of pending) if (!told.has(line.cursor)) tell(line);
    isCaughtUp = true;
  }
  return leave;
}
