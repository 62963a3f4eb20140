"use client";

import { useEffect, useRef } from "react";

/** The second key of a pair must follow within this time, ms. */
const PAIR_MS = 1_200;

export type Shortcuts = {
  /** Called with the key after `g`; answers whether it meant something. */
  go: (key: string) => boolean;
  reload: () => void;
  help: () => void;
  palette: () => void;
};

/** Keys that work everywhere except while somebody types or answers a dialog. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => {
    let goUntil = 0;
    function onKey(event: KeyboardEvent): void {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        current.current.palette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || isTyping(event.target))
        return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')) return;
      if (performance.now() < goUntil) {
        goUntil = 0;
        if (current.current.go(event.key)) event.preventDefault();
        return;
      }
      if (event.key === "g") goUntil = performance.now() + PAIR_MS;
      else if (event.key === "r") current.current.reload();
      else if (event.key === "?") current.current.help();
      else return;
      event.preventDefault();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
