import { request } from "node:http";
import type { Place } from "./monban.ts";

/** What nginx does for a host that no site has: it closes the connection without an answer. */
export const REFUSED = /socket hang up|ECONNRESET/;

const DEADLINE_MS = 20_000;

/** What a visitor of `host` gets, through nginx. */
export function visit(
  monban: Pick<Place, "httpPort">,
  host: string,
  path = "/",
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const asked = request(
    { host: "127.0.0.1", port: monban.httpPort, path, headers: { host }, agent: false, timeout: DEADLINE_MS },
    (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", reject);
    },
  );
  asked.on("timeout", () => asked.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)));
  asked.on("error", reject).end();
  return promise;
}
