// Adds to package-lock.json the optional packages of other platforms that a registry mirror did not serve.
// `npm install` leaves those out without a word, and then `npm ci` refuses the lockfile. Run it after every
// `npm install` (the npm script `lock` does both); running it twice changes nothing.
import fs from "node:fs";

const FILE = "package-lock.json";
const OS = /(android|darwin|freebsd|linux|openbsd|netbsd|sunos|aix|openharmony|win32)/;
const CPU = /(arm64|x64|ia32|arm|ppc64|s390x|riscv64|loong64|mips64el|wasm32)/;
const EXACT_VERSION = /^\d+\.\d+\.\d+\S*$/;

const lock = JSON.parse(fs.readFileSync(FILE, "utf8"));
let added = 0;
for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    if (lock.packages[place] || !EXACT_VERSION.test(version)) continue;
    const os = OS.exec(name)?.[1] ?? "none";
    lock.packages[place] = {
      version,
      cpu: [CPU.exec(name)?.[1] ?? "none"],
      optional: true,
      os: [os],
      ...libc(name, os),
    };
    added += 1;
    console.log(`added ${name}@${version}`);
  }
}
if (added > 0) fs.writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added === 0 ? "package-lock.json is complete" : `package-lock.json: ${added} added`);

/** Names the C library a Linux package was built for, so that npm never picks the wrong one. */
function libc(name, os) {
  if (os !== "linux") return {};
  if (name.includes("musl")) return { libc: ["musl"] };
  if (name.includes("gnu")) return { libc: ["glibc"] };
  return {};
}
