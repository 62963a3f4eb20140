/** Axes that people can read: round ticks, and where a value lies between them. Pure. */

/** Ticks from 0 up to at least `max`, in steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(max: number, wanted = 3): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let index = 0; index * step < max + step * 0.999; index += 1)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

const STEPS_MIN = [5, 10, 15, 30, 60, 120, 180, 360, 720];

/** Round clock times between `from` and `to` (ms), about `wanted` of them; `offsetMs` is the zone's. */
export function timeTicks(from: number, to: number, wanted: number, offsetMs = 0): number[] {
  const minutes = (to - from) / 60_000;
  const step = (STEPS_MIN.find((size) => minutes / size <= wanted) ?? 1_440) * 60_000;
  const ticks: number[] = [];
  for (let t = Math.ceil((from + offsetMs) / step) * step - offsetMs; t <= to; t += step) ticks.push(t);
  return ticks;
}
