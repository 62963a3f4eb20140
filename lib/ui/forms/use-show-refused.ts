"use client";

import { useEffect } from "react";
import type { Problem } from "../../schema/problem.ts";

/** Brings the first refused field into view and puts the cursor there. */
export function useShowRefused(problem: Problem | null): void {
  useEffect(() => {
    if (!problem?.errors?.length) return;
    // The fields have their messages once this rendering is on the screen.
    const frame = requestAnimationFrame(() => {
      const field = document.querySelector<HTMLElement>('[aria-invalid="true"]');
      field?.focus({ preventScroll: true });
      field?.scrollIntoView({ block: "start" });
    });
    return () => cancelAnimationFrame(frame);
  }, [problem]);
}
