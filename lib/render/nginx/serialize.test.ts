import { expect, test } from "vitest";
import { aProxySite } from "../../testing/a-proxy-site.ts";
import { type SeededRandom, seededRandom } from "../../testing/seeded-random.ts";
import { type ParsedNode, parse } from "./parse.ts";
import { plainText, serialize } from "./serialize.ts";
import { type ProxySite, siteConfig } from "./site-config.ts";
import { block, comment, directive, entry, type Node } from "./tree.ts";
import {
  absolutePath,
  headerValue,
  joined,
  literal,
  pattern,
  RefusedValue,
  type Value,
  variable,
} from "./values.ts";

const instance = { data: "/srv/monban", run: "/run/monban", facts: "/dev/shm/monban", root: "/opt/monban" };
const listen = ["0.0.0.0:8080", "[::]:8080"];

test("what is written can be read back as exactly the tree it was made from", () => {
  const random = seededRandom();
  console.log(`seed ${random.seed}`);
  for (let round = 0; round < 3_000; round += 1) {
    const tree = siteConfig(someSite(random), { listen, nginxVersion: [1, random.integer(22, 31), 7] });
    expect(parse(serialize(tree))).toEqual(meaning(tree));
  }
});

test("random characters are refused or stay one word", () => {
  const random = seededRandom();
  console.log(`seed ${random.seed}`);
  const alphabet = "ab/._-~:@%+=, $\"'\\;{}#\n\r\t\u0000\u007fあé*[]()|^<>&!?";
  let written = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const text = random.text(alphabet, random.integer(0, 8));
    const make = random.pick([() => absolutePath(`/${text}`, "f"), () => headerValue(text, "f")]);
    let value: Value;
    try {
      value = make();
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedValue);
      continue;
    }
    written += 1;
    const tree = [directive("alias", value, joined(literal("from="), value), variable("uri"))];
    expect(parse(serialize(tree))).toEqual(meaning(tree));
  }
  expect(written).toBeGreaterThan(200);
});

test("quotes and backslashes of constants are escaped, and variables keep their braces", () => {
  const text = serialize([
    directive("log_format", joined(literal('{"uri":"'), variable("uri"), literal('"}'))),
    block("map", [variable("uri"), variable("monban_port")], [entry(pattern("~\\.css$"), literal(""))]),
  ]);
  expect(text).toBe(
    'log_format "{\\"uri\\":\\"\u0024{uri}\\"}";\nmap $uri $monban_port {\n  "~\\\\.css$" "";\n}\n',
  );
});

test("a forged value or directive is not written", () => {
  const forged = { parts: [{ text: "on; daemon on" }] } as unknown as Value;
  expect(() => serialize([directive("daemon", forged)])).toThrow(TypeError);
  expect(() => serialize([directive("load_module" as "daemon", literal("x"))])).toThrow(TypeError);
  expect(() => serialize([entry(forged)])).toThrow(TypeError);
});

test.each(["a b; }", "a {", 'a "b;', "a b", 'a "b"c;', "a 'b';", "a b{c;}", "; a;", 'a "b\\n";'])(
  "the reader does not accept %j",
  (text) => {
    expect(() => parse(text)).toThrow(/^line 1: /);
  },
);

test("comments are written and mean nothing", () => {
  expect(parse(serialize([comment("a; b { c"), directive("sendfile", literal("on"))]))).toEqual([
    { words: ["sendfile", "on"], block: null },
  ]);
});

function meaning(nodes: readonly Node[]): ParsedNode[] {
  return nodes.flatMap((node): ParsedNode[] => {
    if (node.kind === "comment") return [];
    if (node.kind === "entry") return [{ words: node.words.map(word), block: null }];
    return [
      { words: [node.name, ...node.args.map(word)], block: node.block === null ? null : meaning(node.block) },
    ];
  });
}

/** A variable alone is written without braces. */
function word(value: Value): string {
  const text = plainText(value);
  return value.parts.length === 1 && "variable" in value.parts[0]! ? text.replace(/[{}]/g, "") : text;
}

function someSite(random: SeededRandom): ProxySite {
  const path = () => random.text("abcXYZ019_@%+=:,.~ -", random.integer(1, 12)).replace(/^\.+$/, "x");
  const label = () => `${random.text("abc019", random.integer(1, 8))}x`;
  return aProxySite({
    instance,
    name: label(),
    state: random.pick(["live", "live", "stopped", "quarantined"]),
    staticRoot: `/srv/${path()}`,
    accessLog: `/var/log/${path()}/access.log`,
    errorLog: `/var/log/${path()}/error.log`,
    persistentFolders: [`files/${path()}`],
    spec: {
      domains: Array.from({ length: random.integer(1, 5) }, () => `${label()}.${label()}`),
      static: Array.from({ length: random.integer(0, 4) }, () => ({
        urlPath: `/${label()}/`,
        directory: random.pick([`/srv/${path()}`, "files", path()]),
      })),
      maxBodyBytes: random.integer(0, 2 ** 31),
    },
  });
}
