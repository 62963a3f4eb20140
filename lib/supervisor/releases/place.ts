/** What the code of this folder needs to know of where it works: the machine and the installation. */
import type { Instance } from "../../schema/instance.ts";
import type { System } from "../../system/system.ts";

export type Place = { system: System; instance: Instance };
