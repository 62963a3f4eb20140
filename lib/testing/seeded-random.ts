/** Random choices that can be had again: print the seed, set MONBAN_SEED to repeat them. */

export type SeededRandom = {
  seed: number;
  /** In [0, 1). */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Text of `length` characters out of `alphabet`. */
  text(alphabet: string, length: number): string;
};

/** Mulberry32: small, and good enough to choose test inputs. */
export function seededRandom(seed = Number(process.env.MONBAN_SEED ?? Date.now() % 2 ** 31)): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    seed,
    next,
    integer,
    pick: (items) => items[integer(0, items.length - 1)]!,
    text: (alphabet, length) =>
      Array.from({ length }, () => [...alphabet][integer(0, [...alphabet].length - 1)]).join(""),
  };
}
