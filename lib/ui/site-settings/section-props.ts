/** What every group of settings is given: the edit so far, and how to change it. */
import type { Draft } from "./draft.ts";

export type SectionProps = { draft: Draft; set: (change: Partial<Draft>) => void };
