import { expect, test } from "vitest";
import { plainText } from "./serialize.ts";
import {
  absolutePath,
  count,
  duration,
  folder,
  headerName,
  headerValue,
  hexToken,
  hostName,
  joined,
  listenAddress,
  literal,
  RefusedValue,
  siteLabel,
  size,
  unixSocket,
  urlFolder,
  type Value,
  variable,
} from "./values.ts";

/** What was found to get through quotes, line ends or variables of a real nginx. */
const injections = [
  "a.com; return 200 pwned;",
  'a.com"; return 200 pwned; "',
  "a.com\\",
  "a.com\nreturn 200 pwned;",
  "a.com\r\nX-Evil: 1",
  "a.com\\nX-Evil: 1",
  "$document_root",
  "\u0024{document_root}",
  "$arg_x",
  "a.com{}",
  "a.com } server { listen 81; }",
  "a.com#",
  "a.com'",
  "~^(a+)+$",
  "*.example.org",
  ".example.org",
  "a.com\u0000",
  "a.com\u0085",
  "a.com\u2028",
  "ａ.com",
  "例え.jp",
  "a.com\t",
  "include /etc/passwd",
  "",
  " ",
];

const constructors: [string, (text: string) => Value, string[]][] = [
  ["host name", (text) => hostName(text, "f"), ["localhost", "shop.example.org", "xn--r8jz45g.jp", "a-b.c"]],
  ["listen address", (text) => listenAddress(text, "f"), ["0.0.0.0:80", "[::]:8443", "127.0.0.1:65535"]],
  ["path", (text) => absolutePath(`/x/${text}\u0000`.slice(0, -1), "f"), []],
  ["socket", (text) => unixSocket(`/run/${text}`, "f"), ["s/shop/current.sock"]],
  ["URL folder", (text) => urlFolder(text, "f"), ["/static/", "/a/b-c_d/~x/"]],
  ["label", (text) => siteLabel(text, "f"), ["shop", "my-shop-2"]],
  ["token", (text) => hexToken(text, "f"), ["0123456789abcdef"]],
  ["header name", (text) => headerName(text, "f"), ["X-Robots-Tag", "Server"]],
  ["header value", (text) => headerValue(`x${text}\u007f`, "f"), []],
];

test.each(constructors)("a %s refuses every known injection", (_, make, good) => {
  for (const text of injections) {
    let value: Value | null = null;
    try {
      value = make(text);
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedValue);
      continue;
    }
    // Where letters, spaces and dots are allowed, what is left of a list of tricks is harmless text.
    expect(plainText(value)).toMatch(/^[A-Za-z0-9 ./:*~@%+=,_-]*$/);
  }
  for (const text of good) expect(plainText(make(text))).toContain(text);
});

test.each([
  ["a port of 0", () => listenAddress("0.0.0.0:0", "port")],
  ["a port above 65535", () => listenAddress("0.0.0.0:65536", "port")],
  ["an address that is none", () => listenAddress("300.0.0.1:80", "port")],
  ["a label of 64 characters", () => hostName(`${"a".repeat(64)}.org`, "domains.0")],
  ["a name of 254 characters", () => hostName(`${"a.".repeat(126)}aa`, "domains.0")],
  ["a path that climbs", () => absolutePath("/data/../etc", "path")],
  ["a path that stays", () => absolutePath("/data/./x", "path")],
  ["a path that is relative", () => absolutePath("data", "path")],
  ["a socket path of 108 bytes", () => unixSocket(`/${"a".repeat(107)}`, "socket")],
  ["a socket path with a colon", () => unixSocket("/run/a:b", "socket")],
  ["an URL folder without its slash", () => urlFolder("/static", "static.0")],
  ["an URL folder that climbs", () => urlFolder("/static/../", "static.0")],
  ["a size that is not whole", () => size(1.5, "maxBodyBytes")],
  ["a negative time", () => duration(-1, "timeoutMs")],
  ["not a number", () => count(Number.NaN, "count")],
  ["a number that came as text", () => count("8; daemon on" as unknown as number, "count")],
  ["an array where text belongs", () => hostName(["a.com"] as unknown as string, "domains.0")],
])("%s is refused, with the field and a repair", (_, make) => {
  expect(make).toThrow(RefusedValue);
  try {
    make();
  } catch (error) {
    expect((error as RefusedValue).field).toMatch(/^[a-z]+(\.0|[A-Za-z]+)?$/i);
    expect((error as RefusedValue).repair).toMatch(/\.$/);
  }
});

test("text that is only known at run time is no literal", () => {
  const typed: string = process.argv[0]!;
  // @ts-expect-error A plain string does not fit the parameter.
  expect(plainText(literal(typed))).toBe(typed);
  // @ts-expect-error Only names of the list fit.
  expect(() => variable("document_root")).toThrow(RefusedValue);
});

test("a value that was not made by a constructor cannot be joined", () => {
  const forged = { parts: [{ text: "x; daemon on" }] } as unknown as Value;
  expect(() => joined(forged)).toThrow(TypeError);
});

test("values are written in nginx's own units", () => {
  expect(plainText(duration(35_000, "t"))).toBe("35s");
  expect(plainText(duration(1_500, "t"))).toBe("1500ms");
  expect(plainText(size(16_384, "s"))).toBe("16384");
  expect(plainText(folder("/srv/x", "f"))).toBe("/srv/x/");
});
