#!/usr/bin/env node
// npx monban …: the built program, run by the Node that it was built for.
import { runMonban } from "./bootstrap/monban-command.mjs";
import { main } from "./bootstrap/report.mjs";

await main(() => runMonban(process.argv.slice(2), process.env));
