/**
 * Server-sent events. A stream ends at once when its tab closes, its session or token loses its rights, or the panel
 * stops; a reader that is too slow is let go and comes back by itself.
 */
import type { PanelCore } from "../panel/create-panel.ts";
import { problem } from "../panel/problems.ts";
import { localized } from "./messages/localized.ts";
import { localeOf } from "./messages/translate.ts";

const HEARTBEAT_MS = 15_000;
/** The browser opens a broken stream again after this. */
const RETRY_MS = 2_000;
/** What a slow reader may lag behind. */
const MAX_BUFFERED_BYTES = 1024 ** 2;
const MAX_STREAMS = 256;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  // Compressing would hold lines back, and so would a proxy that collects the answer.
  "cache-control": "no-cache, no-store, no-transform",
  "x-accel-buffering": "no",
};

export type Send = (message: { event: string; id?: string | number; data: unknown }) => void;

const open = new WeakMap<object, number>();

/**
 * `start` sends what it has and returns how to leave, or a promise of it; `end` closes the stream from within.
 * Throws 429 when too many streams are open.
 */
export function eventStream(
  panel: PanelCore,
  request: Request,
  start: (stream: { send: Send; end: () => void; signal: AbortSignal }) => (() => void) | Promise<() => void>,
): Response {
  if (request.method === "HEAD") return new Response(null, { headers: HEADERS });
  const key = panel.context;
  const count = open.get(key) ?? 0;
  if (count >= MAX_STREAMS)
    throw problem("too-many-streams", "Too many streams are open.", { retryAfterSeconds: 5 });
  open.set(key, count + 1);

  const encoder = new TextEncoder();
  const locale = localeOf(request.headers);
  const stopping = new AbortController();
  const leaving: (() => void)[] = [];
  let isOver = false;

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string) => {
          if (isOver) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -MAX_BUFFERED_BYTES) end();
        };
        const end = () => {
          if (isOver) return;
          finish();
          controller.close();
        };
        const send: Send = ({ event, id, data }) =>
          write(
            `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(localized(data, locale))}\n\n`,
          );
        const recheck = () => {
          panel.viewer(request.headers).then(
            (viewer) => viewer || end(),
            () => undefined,
          );
        };
        request.signal.addEventListener("abort", end);
        const heartbeat = setInterval(() => {
          write(": still here\n\n");
          recheck();
        }, HEARTBEAT_MS);
        leaving.push(
          () => request.signal.removeEventListener("abort", end),
          () => clearInterval(heartbeat),
          panel.context.hub.watchAccess(recheck),
          panel.context.hub.onClose(end),
        );
        write(`retry: ${RETRY_MS}\n\n`);
        if (request.signal.aborted) return end();
        Promise.resolve(start({ send, end, signal: stopping.signal })).then((leave) => {
          if (isOver) leave();
          else leaving.push(leave);
        }, end);
      },
      cancel() {
        finish();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 16_384 }),
  );

  function finish() {
    if (isOver) return;
    isOver = true;
    open.set(key, (open.get(key) ?? 1) - 1);
    stopping.abort();
    for (const leave of leaving.splice(0)) leave();
  }

  return new Response(body, { headers: HEADERS });
}
