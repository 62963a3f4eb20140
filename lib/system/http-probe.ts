/** One GET over a unix socket or an address, with a deadline for the whole of it. Redirects are answers, not followed. */
import { type IncomingMessage, request } from "node:http";
import type { Probe, ProbeResult } from "./system.ts";

/** What is read of an answer; a health check that says more than this is cut, not failed. */
export const MAX_PROBE_BODY_BYTES = 64 * 1024;

/** Never rejects: no answer is a result, with the reason in the machine's words. */
export function httpProbe({ target, path, hostHeader, headers, timeoutMs }: Probe): Promise<ProbeResult> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = (answer: Omit<ProbeResult, "durationMs">) => {
      clearTimeout(timer);
      resolve({ ...answer, durationMs: performance.now() - startedAt });
      call.destroy();
    };
    const fail = (detail: string) => finish({ status: null, headers: {}, body: "", detail });

    let answer: IncomingMessage | undefined;
    const call = request({
      ...target,
      path,
      method: "GET",
      agent: false,
      setHost: false,
      headers: { "user-agent": "monban", accept: "*/*", ...headers, host: hostHeader, connection: "close" },
    });
    timer = setTimeout(
      () =>
        fail(
          answer
            ? `the answer began with status ${answer.statusCode} but did not end within ${timeoutMs} ms`
            : `no answer within ${timeoutMs} ms`,
        ),
      timeoutMs,
    );
    call.on("error", (error: NodeJS.ErrnoException) => fail(error.message || error.code || "unknown error"));
    call.on("upgrade", (response) => finish({ ...summary(response), body: "" }));
    call.on("response", (response) => {
      answer = response;
      const chunks: Buffer[] = [];
      let size = 0;
      const done = () => {
        const body = Buffer.concat(chunks).subarray(0, MAX_PROBE_BODY_BYTES).toString();
        finish({ ...summary(response), body });
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= MAX_PROBE_BODY_BYTES) done();
      });
      response.on("end", done);
      response.on("error", (error) => fail(`the answer broke off: ${error.message}`));
    });
    call.end();
  });
}

function summary(response: IncomingMessage): Pick<ProbeResult, "status" | "headers" | "detail"> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  const status = response.statusCode ?? null;
  return { status, headers, detail: `${status} ${response.statusMessage ?? ""}`.trim() };
}
