/**
 * What every supervisor must do at its control socket. The same facts are tested against the fake one and the real
 * one; `createServer` brings a fresh supervisor without sites and the folder of an application that starts.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type ControlClient,
  ControlProblem,
  createControlClient,
  SupervisorAway,
} from "../control/client.ts";
import { CONTROL_PROTOCOL } from "../control/contract.ts";
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import type { JournalEvent } from "../schema/event.ts";
import type { Actor, Operation } from "../schema/operation.ts";
import { type Environment, siteSpecSchema } from "../schema/site.ts";

export type ContractServer = {
  socketPath: string;
  /** A folder whose `run:app` answers. */
  source: string;
  /** Where its packages are, when they need not be installed. */
  environment?: Environment;
  /** How long one rollout may take, ms. */
  rolloutDeadlineMs: number;
  close(): Promise<void>;
};

const actor: Actor = { kind: "user", name: "ana" };
const SITE = "site_0123456789abcdef";

export function describeContract(name: string, createServer: () => Promise<ContractServer>): void {
  describe(`${name} keeps the control contract`, () => {
    let server: ContractServer;
    let control: ControlClient;

    beforeEach(async () => {
      server = await createServer();
      control = createControlClient({ socketPath: server.socketPath });
    });
    afterEach(() => server.close());

    function aSite(change: Partial<DesiredSite> = {}): DesiredSite {
      const spec = siteSpecSchema.parse({
        name: "shop",
        domains: ["shop.localhost"],
        source: { kind: "directory", path: server.source },
        app: { entry: "run:app", framework: "flask" },
        pool: { workers: 1, threads: 2 },
        ...(server.environment ? { environment: server.environment } : {}),
      });
      return { id: SITE, wanted: "started", revision: 1, spec, ...change };
    }

    function state(revision: number, ...sites: DesiredSite[]): DesiredState {
      return { schemaVersion: 1, revision, sites };
    }

    async function put(desired: DesiredState): Promise<Operation[]> {
      return control.putDesired({ desired, actor });
    }

    async function ended(operation: Operation | undefined): Promise<Operation> {
      if (!operation) throw new Error("no operation began");
      return control.operation(operation.id, { waitMs: server.rolloutDeadlineMs });
    }

    async function aRunningSite(): Promise<void> {
      const [operation] = await put(state(1, aSite()));
      const { state: end, error } = await ended(operation);
      expect(error).toBeUndefined();
      expect(end).toBe("succeeded");
    }

    test("it says hello with its protocol", async () => {
      expect(await control.hello()).toMatchObject({ protocol: CONTROL_PROTOCOL });
    });

    test("a new site is brought up by an operation with the actor's name", async () => {
      const operations = await put(state(1, aSite()));
      expect(operations).toHaveLength(1);
      expect(operations[0]).toMatchObject({ kind: "create", siteId: SITE, actor });
      const operation = await ended(operations[0]);
      expect(operation).toMatchObject({ state: "succeeded" });
      expect(operation.finishedAt).toBeDefined();
      expect(operation.steps.every((step) => step.state === "succeeded" || step.state === "skipped")).toBe(
        true,
      );
      const { sites } = await control.observed();
      expect(sites).toMatchObject([{ siteId: SITE, name: "shop", state: "ready", revision: 1 }]);
    });

    test("it holds what it was given, and refuses what is older", async () => {
      const desired = state(3, aSite({ wanted: "stopped" }));
      await put(desired);
      expect(await control.desired()).toEqual(desired);
      const refusal = await put(state(2)).catch((error) => error);
      expect(refusal).toBeInstanceOf(ControlProblem);
      expect(refusal.problem.status).toBe(409);
      expect((await control.desired()).revision).toBe(3);
    });

    test("the same state again begins nothing", async () => {
      await aRunningSite();
      expect(await put(state(2, aSite()))).toEqual([]);
    });

    test("a reload makes another release", async () => {
      await aRunningSite();
      const operation = await ended(await control.startOperation({ kind: "reload", siteId: SITE, actor }));
      expect(operation).toMatchObject({ kind: "reload", state: "succeeded" });
      const releases = await control.releases(SITE);
      expect(releases.map((release) => release.number)).toEqual([2, 1]);
      expect(releases.map((release) => release.current)).toEqual([true, false]);
    });

    test("a stopped site is stopped and can be started again", async () => {
      await aRunningSite();
      const [stop] = await put(state(2, aSite({ wanted: "stopped", revision: 2 })));
      expect(await ended(stop)).toMatchObject({ kind: "stop", state: "succeeded" });
      expect((await control.observed()).sites).toMatchObject([{ state: "stopped" }]);
      const [start] = await put(state(3, aSite({ revision: 3 })));
      expect(await ended(start)).toMatchObject({ kind: "start", state: "succeeded" });
    });

    test("a site that is no longer wanted is removed", async () => {
      await aRunningSite();
      const [operation] = await put(state(2));
      expect(await ended(operation)).toMatchObject({ kind: "remove", state: "succeeded" });
      expect((await control.observed()).sites).toEqual([]);
    });

    test("events are numbered without gaps and read by cursor", async () => {
      await aRunningSite();
      const all: JournalEvent[] = [];
      for (let after = 0; ; ) {
        const page = await control.events({ after, limit: 3 });
        if (page.data.length === 0) break;
        expect(page.data.length).toBeLessThanOrEqual(3);
        all.push(...page.data);
        after = page.next;
      }
      expect(all.map((event) => event.seq)).toEqual(all.map((_, index) => index + 1));
      const operations = all.filter((event) => event.type === "operation");
      expect(operations.at(-1)?.operation).toMatchObject({ siteId: SITE, state: "succeeded" });
    });

    test("a reader that waits for events is woken by the next one", async () => {
      const { next } = await control.events({ after: 0, limit: 500 });
      const waiting = control.events({ after: next, waitMs: 30_000 });
      await put(state(1, aSite()));
      expect((await waiting).data.length).toBeGreaterThan(0);
    });

    test("a cursor beyond the end is told the end, so that a new journal is noticed", async () => {
      const page = await control.events({ after: 1_000_000 });
      expect(page.data).toEqual([]);
      expect(page.next).toBeLessThan(1_000_000);
    });

    test("what is unknown is 404 with a problem", async () => {
      for (const call of [
        () => control.workers(SITE),
        () => control.releases(SITE),
        () => control.startOperation({ kind: "reload", siteId: SITE, actor }),
        () => control.operation("op_0000000000000000"),
        () => control.cancel("op_0000000000000000"),
      ]) {
        const error = await call().catch((cause) => cause);
        expect(error).toBeInstanceOf(ControlProblem);
        expect(error.problem).toMatchObject({ status: 404 });
        expect(error.problem.detail).not.toBe("");
      }
    });

    test("an application is found in its folder", async () => {
      const inspection = await control.inspect(server.source);
      expect(inspection).toMatchObject({ framework: "flask", entries: [{ entry: "run:app" }] });
    });

    test("a folder that does not exist is a field error at its path", async () => {
      for (const call of [
        () => control.inspect("/nowhere/at-all"),
        () => control.folders("/nowhere/at-all"),
      ]) {
        const error = await call().catch((cause) => cause);
        expect(error.problem).toMatchObject({ status: 422, errors: [{ path: "path" }] });
      }
    });

    test("a check finds an entry point that does not exist", async () => {
      const { spec } = aSite();
      expect(await control.check(spec)).toEqual([]);
      const errors = await control.check({ ...spec, app: { ...spec.app, entry: "nowhere:app" } });
      expect(errors.map((error) => error.path)).toEqual(["app.entry"]);
    });

    test("workers, configuration and logs of a running site can be read", async () => {
      await aRunningSite();
      expect(await control.workers(SITE)).toHaveLength(1);
      expect((await control.configFiles(SITE)).map((file) => file.kind)).toEqual(
        expect.arrayContaining(["nginx", "gunicorn"]),
      );
      expect(Array.isArray((await control.logs(SITE, { source: "error", limit: 10 })).data)).toBe(true);
      expect(Array.isArray(await control.history(SITE, 5))).toBe(true);
    });

    test("a supervisor that is gone is told as away", async () => {
      await server.close();
      expect(await control.hello().catch((error) => error)).toBeInstanceOf(SupervisorAway);
    });
  });
}
