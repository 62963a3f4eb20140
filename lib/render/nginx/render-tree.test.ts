import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { aProxySite } from "../../testing/a-proxy-site.ts";
import { expectGolden } from "../../testing/golden.ts";
import { parse } from "./parse.ts";
import { type ProxyTree, renderProxyTree } from "./render-tree.ts";
import { RefusedValue } from "./values.ts";
import { isAtLeast, parseNginxVersion } from "./version.ts";

const instance = { data: "/srv/monban", run: "/run/monban", facts: "/dev/shm/monban", root: "/opt/monban" };
const golden = (name: string) => fileURLToPath(new URL(`../testdata/${name}.golden`, import.meta.url));

const shop = aProxySite({
  instance,
  name: "shop",
  persistentFolders: ["static/uploads", "media"],
  spec: {
    domains: ["shop.example.org", "www.shop.example.org"],
    static: [
      { urlPath: "/static/", directory: "static" },
      { urlPath: "/media/", directory: "media" },
      { urlPath: "/downloads/", directory: "/srv/public files" },
    ],
  },
});
const stopped = aProxySite({ instance, name: "blog", state: "stopped" });
const quarantined = aProxySite({ instance, name: "odd", state: "quarantined" });

function aTree(rest: Partial<ProxyTree> = {}): ProxyTree {
  return {
    instance,
    revision: 17,
    nginxVersion: [1, 22, 1],
    sites: [shop, stopped, quarantined],
    listen: ["0.0.0.0:8080", "[::]:8080"],
    checkToken: "0123456789abcdef0123456789abcdef",
    ...rest,
  };
}

test.each([
  ["nginx-1.22", { nginxVersion: [1, 22, 1] }],
  ["nginx-1.31", { nginxVersion: [1, 31, 4] }],
] as const)("the tree for %s is the one people have read", async (name, version) => {
  const files = renderProxyTree(aTree(version));
  const text = [...files].map(([path, content]) => `==> ${path} <==\n${content}`).join("\n");
  await expectGolden(golden(name), text);
});

test("a tree holds one file for each site, included by its absolute path", () => {
  const files = renderProxyTree(aTree());
  expect([...files.keys()]).toEqual(["nginx.conf", "sites/shop.conf", "sites/blog.conf", "sites/odd.conf"]);
  const http = parse(files.get("nginx.conf")!).find(({ words }) => words[0] === "http");
  const included = http?.block?.filter(({ words }) => words[0] === "include").map(({ words }) => words[1]);
  expect(included).toEqual(
    ["shop", "blog", "odd"].map((name) => `/srv/monban/nginx/revisions/17/sites/${name}.conf`),
  );
});

test("old nginx workers wait longer than the longest request any site allows", () => {
  const slow = aProxySite({
    instance,
    name: "slow",
    spec: { pool: { ...shop.spec.pool, timeoutMs: 600_000 } },
  });
  const main = parse(renderProxyTree(aTree({ sites: [shop, slow] })).get("nginx.conf")!);
  const [, wait] = main.find(({ words }) => words[0] === "worker_shutdown_timeout")!.words;
  expect(Number.parseInt(wait!, 10)).toBeGreaterThan(605);
});

test("a limit of 0 bytes does not become nginx's 0, which means no limit", () => {
  const strict = aProxySite({ instance, spec: { maxBodyBytes: 0 } });
  expect(renderProxyTree(aTree({ sites: [strict] })).get("sites/shop.conf")).toContain(
    "client_max_body_size 1;",
  );
});

test.each([
  ["a domain", { domains: ["ok.example.org", "a.com; return 200 x"] }, "domains.1"],
  [
    "a static folder",
    { static: [{ urlPath: "/s/", directory: "/srv/$document_root" }] },
    "static.0.directory",
  ],
  ["a folder that climbs", { static: [{ urlPath: "/s/", directory: "../../etc" }] }, "static.0.directory"],
  ["a URL path", { static: [{ urlPath: "/s/ { } #", directory: "x" }] }, "static.0.urlPath"],
  ["a size", { maxBodyBytes: "1; x" as unknown as number }, "maxBodyBytes"],
  ["a timeout", { pool: { ...shop.spec.pool, timeoutMs: Number.NaN } }, "pool.timeoutMs"],
])("%s that was not checked before is refused here, by field", (_, spec, field) => {
  const site = aProxySite({ instance, spec });
  expect(() => renderProxyTree(aTree({ sites: [site] }))).toThrow(RefusedValue);
  expect(() => renderProxyTree(aTree({ sites: [site] }))).toThrow(`${field}: `);
});

test("versions are read from what nginx prints, and compared by number", () => {
  expect(parseNginxVersion("nginx version: nginx/1.22.1\n")).toEqual([1, 22, 1]);
  expect(parseNginxVersion("nginx version: nginx/1.31.4 (Debian)\n")).toEqual([1, 31, 4]);
  expect(parseNginxVersion("tengine")).toBeNull();
  expect(isAtLeast([1, 31, 0], [1, 29, 7])).toBe(true);
  expect(isAtLeast([1, 29, 7], [1, 29, 7])).toBe(true);
  expect(isAtLeast([1, 9, 9], [1, 29, 7])).toBe(false);
});
