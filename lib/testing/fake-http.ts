/** The HTTP side of the fake supervisor: bodies in, JSON and problems out. */
import type http from "node:http";
import * as z from "zod";
import type { FieldError, Problem } from "../schema/problem.ts";

/** Thrown by a handler: answered as a problem document. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(status: number, code: string, detail: string, errors?: FieldError[]) {
    super(detail);
    this.problem = {
      type: "about:blank",
      title: "Refused",
      status,
      code,
      detail,
      ...(errors ? { errors } : {}),
    };
  }
}

export async function readBody<T extends z.ZodType>(
  request: http.IncomingMessage,
  schema: T,
): Promise<z.output<T>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return schema.parse(JSON.parse(Buffer.concat(chunks).toString()));
}

export function answer(response: http.ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

export function refuse(response: http.ServerResponse, error: unknown): void {
  const problem = problemOf(error);
  answer(response, problem.status, problem);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  if (!(error instanceof z.ZodError)) return new Refusal(500, "failed", String(error)).problem;
  const errors = error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  return new Refusal(422, "invalid", "The request does not fit the contract.", errors).problem;
}
