/** Looking at source folders before a site is made of one, and what only the machine can say about a site. */
import { checkRequestSchema, inspectRequestSchema } from "../../control/contract.ts";
import type { FieldError } from "../../schema/problem.ts";
import { checkSpec } from "../inspect/check-spec.ts";
import { inspectSource } from "../inspect/inspect-source.ts";
import { listFolders } from "../inspect/list-folders.ts";
import { Refusal, type Route } from "./http.ts";
import type { ControlParts } from "./parts.ts";

export function sourceRoutes({ context }: ControlParts): Route[] {
  return [
    {
      method: "POST",
      pattern: "/v1/inspections",
      handler: async (call) => {
        const { path } = await call.body(inspectRequestSchema);
        const found = await inspectSource(context.system, context.instance, path);
        return found.ok ? { status: 200, json: found.inspection } : refuse(found.error);
      },
    },
    {
      method: "GET",
      pattern: "/v1/folders",
      handler: async (call) => {
        const found = await listFolders(context.system, context.instance, call.query.get("path") ?? "/");
        return found.ok ? { status: 200, json: found.listing } : refuse(found.error);
      },
    },
    {
      method: "POST",
      pattern: "/v1/checks",
      handler: async (call) => {
        const { spec } = await call.body(checkRequestSchema);
        return { status: 200, json: { errors: await checkSpec(context, spec) } };
      },
    },
  ];
}

function refuse(error: FieldError): never {
  throw new Refusal({
    status: 422,
    code: "path-refused",
    title: "This folder cannot be used",
    detail: error.message,
    errors: [error],
  });
}
