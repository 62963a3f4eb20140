"use client";

import { StaticList } from "../forms/static-list.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

export function StaticSection({ draft, set }: SectionProps) {
  return (
    <Section name="static">
      <StaticList value={draft.static} onChange={(mappings) => set({ static: mappings })} />
    </Section>
  );
}
