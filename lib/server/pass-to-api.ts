/** Hands a request of Node's server to the API and streams its answer back, both ways with backpressure. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";

type Fetch = (request: Request) => Promise<Response>;

/** Resolves when the answer is sent or the client is gone. Rejects when the API itself fails. */
export async function passToApi(
  fetch: Fetch,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const answer = await fetch(asRequest(request, gone.signal));
  const headers: Record<string, string | string[]> = Object.fromEntries(answer.headers);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  // What is left of a body that was refused is not read, and so the connection cannot be used again.
  const isUnread = !request.complete;
  response.writeHead(answer.status, isUnread ? { ...headers, connection: "close" } : headers);
  if (answer.body && request.method !== "HEAD") await pump(answer.body, response);
  response.end();
  if (isUnread) response.on("finish", () => request.destroy());
}

function asRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  const method = request.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${request.headers.host}${request.url}`, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(request) as unknown as BodyInit, duplex: "half" } : {}),
  } as RequestInit);
}

async function pump(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = (body as unknown as NodeReadableStream<Uint8Array>).getReader();
  const stop = () => void reader.cancel().catch(() => undefined);
  response.on("close", stop);
  // So that a stream's reader knows at once that it is connected.
  response.flushHeaders();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || response.destroyed) break;
    if (!response.write(value)) await drained(response);
  }
  response.off("close", stop);
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.on("drain", go);
    response.on("close", go);
  });
}
