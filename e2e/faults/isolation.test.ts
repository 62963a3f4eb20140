/** What is wrong with one site, or with one port, stays with it. */
import { rename } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createControlClient } from "../../lib/control/client.ts";
import { instancePaths } from "../../lib/core/layout.ts";
import type { SiteView } from "../../lib/schema/site-view.ts";
import type { StatusView } from "../../lib/schema/status-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { isListening, killAtOnce, processesOf } from "../../lib/testing/leftovers.ts";
import { act, makeSite, type StackSite, versionOf, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

async function viewOf(stack: Stack, site: StackSite): Promise<SiteView> {
  return (await stack.api<SiteView>("GET", `/api/v1/sites/${site.id}`)).body;
}

describe("a site that is not as it should be", () => {
  let stack: Stack;
  let shop: StackSite;
  let blog: StackSite;

  beforeAll(async () => {
    stack = await startStack();
    await stack.setUp();
    shop = await makeSite(stack, "shop");
    blog = await makeSite(stack, "blog");
  });
  afterAll(() => endStack(stack));

  test("two sites of one domain in the desired state: the second is quarantined with the reason, the first serves, and others still change", async () => {
    const control = createControlClient({
      socketPath: instancePaths(await stack.instance()).supervisorSocket,
    });
    const desired = await control.desired();
    const twin = desired.sites.find(({ id }) => id === blog.id)!;
    const domains = [...twin.spec.domains, shop.domain];
    await control.putDesired({
      desired: {
        ...desired,
        revision: desired.revision + 1,
        sites: desired.sites.map((site) =>
          site === twin ? { ...twin, revision: twin.revision + 1, spec: { ...twin.spec, domains } } : site,
        ),
      },
      actor: { kind: "cli", name: "test" },
    });
    const quarantined = await waitFor("one site to be quarantined", async () => {
      const { sites } = await control.observed();
      return sites.find((site) => site.quarantine !== null);
    });
    expect(quarantined.name).toBe("blog");
    expect(quarantined.quarantine?.reason).toContain(`${shop.domain} belongs to the site shop`);
    expect(await versionOf(stack, shop.domain)).toBe("v1");
    expect((await visit(stack, blog.domain)).status).toBe(503);
    expect((await stack.api("GET", "/healthz")).status).toBe(200);

    const third = await makeSite(stack, "third");
    expect(await versionOf(stack, third.domain)).toBe("v1");
    await writeApp(shop.folder, "healthy", { version: "v2" });
    expect(await act(stack, shop, "reloads")).toMatchObject({ state: "succeeded" });
    expect(await versionOf(stack, shop.domain)).toBe("v2");

    const mended = await control.desired();
    await control.putDesired({
      desired: {
        ...mended,
        revision: mended.revision + 1,
        sites: mended.sites.map((site) => (site.id === blog.id ? { ...twin, revision: 9 } : site)),
      },
      actor: { kind: "cli", name: "test" },
    });
    await waitFor("the mended site to serve", async () => (await versionOf(stack, blog.domain)) === "v1");
  });

  test("a site whose folder has vanished starts from its release, says so when it is reloaded, and others go on", async () => {
    await rename(shop.folder, `${shop.folder}.away`);
    const failed = await act(stack, shop, "reloads");
    expect(failed).toMatchObject({ state: "failed", error: { code: "source-missing" } });
    expect(failed.error?.detail).toContain(shop.folder);
    expect(failed.error?.detail).toContain("Nothing changed for visitors");
    expect(await versionOf(stack, shop.domain)).toBe("v2");

    stack.signal("SIGTERM");
    expect(await stack.ended()).toBe(0);
    await stack.start();
    await waitFor(
      "the site without a folder to serve",
      async () => (await versionOf(stack, shop.domain)) === "v2",
    );
    await waitFor("the other site to serve", async () => (await versionOf(stack, blog.domain)) === "v1");
    await waitFor("both to be called healthy", async () => {
      const views = await Promise.all([viewOf(stack, shop), viewOf(stack, blog)]);
      return views.every(({ status }) => status.health === "healthy");
    });
    expect(await act(stack, shop, "restarts")).toMatchObject({ state: "succeeded" });

    await rename(`${shop.folder}.away`, shop.folder);
    expect(await act(stack, shop, "reloads")).toMatchObject({ state: "succeeded" });
  });
});

describe("a port that is taken", () => {
  let stack: Stack | undefined;
  let squatter: Server | undefined;
  afterAll(async () => {
    squatter?.close();
    await endStack(stack);
  });

  test("after a crash: the panel is up and says who has the port; when it is free the sites come up by themselves", async () => {
    const running = await startStack();
    stack = running;
    await running.setUp();
    const shop = await makeSite(running, "shop");
    killAtOnce([{ pid: running.launcher.pid ?? 0 }, ...(await processesOf(running.data))]);
    await running.ended();
    await waitFor("the port to be free", async () => !(await isListening(running.httpPort)));
    squatter = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      squatter?.once("error", reject).listen(running.httpPort, "127.0.0.1", resolve);
    });

    await running.start();
    const notice = await waitFor("the notice about the port", async () => {
      const { body } = await running.api<StatusView>("GET", "/api/v1/status");
      return body.notices.find(({ code }) => code === "http-port");
    });
    expect(notice.level).toBe("error");
    expect(notice.detail).toContain(`127.0.0.1:${running.httpPort}`);
    expect(notice.detail).toContain("in use");
    expect(notice.detail).toContain(String(process.pid));
    const { generation } = (await viewOf(running, shop)).status;
    expect(generation).not.toBeNull();

    await new Promise((resolve) => squatter?.close(resolve));
    await waitFor("the site to be served", async () => (await versionOf(running, shop.domain)) === "v1", {
      deadlineMs: 40_000,
    });
    await waitFor("the notice to go", async () => {
      const { body } = await running.api<StatusView>("GET", "/api/v1/status");
      return !body.notices.some(({ code }) => code === "http-port");
    });
    await waitFor(
      "the site to be healthy",
      async () => (await viewOf(running, shop)).status.health === "healthy",
    );
  });
});
