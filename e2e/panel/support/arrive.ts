import type { Page } from "@playwright/test";

/** Opens a page and waits until its controls listen: what the server sent can be seen before it can be used. */
export async function arrive(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await controlsListen(page);
}

export async function controlsListen(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const controls = [...document.querySelectorAll("button, input, select, a")];
    const listens = (control: Element) => Object.keys(control).some((key) => key.startsWith("__reactProps"));
    return document.readyState === "complete" && controls.length > 0 && controls.every(listens);
  });
}
