import { cx } from "../cx.ts";
import type { Tone } from "../primitives/badge.tsx";

const looks: Record<Tone, string> = {
  ok: "rounded-full bg-ok-fill",
  neutral: "rounded-full border-[1.5px] border-idle-fill",
  accent: "rounded-full border-[1.5px] border-accent",
  warn: "rotate-45 rounded-[1px] bg-warn-fill",
  bad: "rounded-[1px] bg-bad-fill",
};

/** A small mark before a line; the words say the rest. */
export function toneDot(tone: Tone) {
  return (
    <span
      aria-hidden="true"
      className={cx("relative top-[-1px] inline-block size-2 shrink-0", looks[tone])}
    />
  );
}
