/** What Monban promises to cost, and how it is told. Budgets are medians; ratios are measured side by side in one run. */

export const budgets = {
  keeperMemory: { title: "keeper, resident, idle with one site", unit: "MB", most: 15 },
  supervisorMemory: { title: "supervisor, resident, idle with one site", unit: "MB", most: 60 },
  panelMemory: { title: "panel, resident, idle with one site", unit: "MB", most: 120 },
  idleCpu: { title: "CPU of all of Monban while idle", unit: "% of a core", most: 1 },
  secondStart: { title: "second start to the first page", unit: "s", most: 3 },
  createSite: { title: "Flask site, warm package cache, to its first answer", unit: "s", most: 15 },
  reload: { title: "reload of the sample beyond its import, watch apart", unit: "s", most: 1.5 },
  staticRatio: { title: "requests/s, 1 KB file, to a hand-written nginx", unit: "×", least: 0.97 },
  proxyRatio: { title: "requests/s, proxied, to a hand-written nginx", unit: "×", least: 0.97 },
  plan: { title: "plan of 30 sites without a change", unit: "ms", most: 50 },
};

/**
 * One line: measured / budget, and what stands behind the figure.
 * @param {keyof typeof budgets} name
 * @param {number} value
 * @param {string} [evidence]
 */
export function told(name, value, evidence = "") {
  const { title, unit, most, least } = budgets[name];
  const kept = most === undefined ? value >= least : value <= most;
  const bound = most === undefined ? `≥ ${least}` : `≤ ${most}`;
  const measured = Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 1) : "unknown";
  const verdict = kept ? "kept  " : "MISSED";
  return `${verdict}  ${title.padEnd(52)} ${measured.padStart(7)} / ${bound} ${unit}${evidence && `   ${evidence}`}`;
}
