import { request } from "node:http";
import type { Stack } from "../../../lib/testing/start-stack.ts";

/** What a visitor of `host` gets, through nginx. */
export function visit(
  stack: Pick<Stack, "httpPort">,
  host: string,
  path = "/",
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  request({ host: "127.0.0.1", port: stack.httpPort, path, headers: { host } }, (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("data", (part) => {
      text += part;
    });
    answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    answer.on("error", reject);
  })
    .on("error", reject)
    .end();
  return promise;
}
