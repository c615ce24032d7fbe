// How long a price takes from the exchange to the chain.

import { setTimeout as sleep } from 'node:timers/promises';
import { USD_DECIMALS, basisPoints, format, showUsd } from './units.mjs';

const SYMBOL = 'ETH';
/** The exchanges differ by so many hundredths of a per cent from the price that they are told. */
const TOLERANCE = 5;
/** Between two changes pass so many milliseconds, at random: they come at any time of a slot. */
const [SHORTEST, LONGEST] = [4_000, 9_000];
/** By how many hundredths of a per cent a change moves the price: no jump, and told from no change. */
const [SMALLEST, LARGEST] = [40, 90];
/** Prices are told in millionths of a dollar. */
const SMALLEST_STEP = 10n ** 12n;
/** Blocks that the last change has to arrive. */
const PATIENCE = 8;

/** Numbers from 0 to 1 that are the same for the same seed. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed that somebody asks for by `text`, or 1. */
export function seedOf(text) {
  if (!text) return 1;
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed < 2 ** 32) return seed;
  throw new Error(`SEED is a whole number below 2^32, not "${text}"`);
}

/**
 * Which of the prices of an exchange a quote is: the position of the latest that it is near to, or, if
 * validators were asked before and after a change, of the earlier of the two that it lies between.
 */
function positionOf(quote, prices) {
  for (let position = prices.length - 1; position >= 0; position -= 1) {
    if (basisPoints(quote, prices[position]) <= TOLERANCE) return position;
  }
  for (let position = prices.length - 2; position >= 0; position -= 1) {
    const [one, other] = [prices[position], prices[position + 1]];
    if ((one < quote && quote < other) || (other < quote && quote < one)) return position;
  }
  throw new Error(`${showUsd(quote)} is none of ${prices.map((price) => showUsd(price)).join(', ')}`);
}

/**
 * What became of each change of price: in which block it was in effect, how many milliseconds later
 * that block was there, and how many blocks were made in between that still quoted an older price.
 *
 * - `changes`: `{ at, price }`, in order; the first is what was so before
 * - `blocks`: `{ number, made, seen, quote }`, in order: when its author began it, and when we had it.
 *   One that was begun before a change is not late, even if we have it only afterwards
 */
export function arrivals(changes, blocks) {
  const prices = changes.map(({ price }) => price);
  const positions = blocks.map(({ seen, quote }) => {
    const known = changes.filter(({ at }) => at <= seen).length;
    return positionOf(quote, prices.slice(0, known));
  });
  return changes.slice(1).map(({ at }, index) => {
    const change = index + 1;
    const first = blocks.findIndex(
      ({ seen }, place) => seen >= at && positions[place] >= change,
    );
    if (first < 0) throw new Error(`change ${change} did not arrive`);
    const older = blocks.slice(0, first).filter(({ made }) => made >= at).length;
    const { number, seen } = blocks[first];
    return { block: number, milliseconds: seen - at, blocks: older };
  });
}

/** The least value that so many per cent of all are not above. */
export function percentile(values, percent) {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.max(Math.ceil((ordered.length * percent) / 100) - 1, 0)];
}

/**
 * Raises a price `count` times at random moments on all `markets`, and looks at every block that comes
 * meanwhile. Gives the [`arrivals`].
 */
export async function measureLatency(chain, markets, { count, seed }) {
  const next = random(seed);
  const between = (least, most) => least + next() * (most - least);
  const start = await markets[0].price(SYMBOL);
  const changes = [{ at: 0, price: start }];
  const blocks = [];
  let last = Infinity;
  const watch = async () => {
    for await (const { number, hash } of chain.blocks(chain.best.number)) {
      const seen = Date.now();
      const quote = await chain.quote(SYMBOL, hash);
      if (quote.status !== 'Live') throw new Error(`block ${number}: ${SYMBOL} is ${quote.status}`);
      const made = Number(await chain.timestamp(hash));
      blocks.push({ number, made, seen, quote: quote.price });
      if (number >= last) return;
    }
  };
  const move = async () => {
    for (let change = 0; change < count; change += 1) {
      await sleep(between(SHORTEST, LONGEST));
      // Always up, so that no price comes twice.
      const { price } = changes.at(-1);
      const share = BigInt(Math.round(10_000 + between(SMALLEST, LARGEST)));
      const raised = ((price * share) / 10_000n / SMALLEST_STEP) * SMALLEST_STEP;
      changes.push({ at: Date.now(), price: raised });
      const text = format(raised, USD_DECIMALS, 6).replaceAll(',', '');
      await Promise.all(markets.map((market) => market.set({ [SYMBOL]: text })));
    }
    last = chain.best.number + PATIENCE;
  };
  await Promise.all([watch(), move()]);
  return arrivals(changes, blocks);
}

/** The figures of many [`arrivals`]. */
export function summary(found) {
  const milliseconds = found.map((arrival) => arrival.milliseconds);
  const blocks = found.map((arrival) => arrival.blocks);
  return {
    changes: found.length,
    p50_ms: percentile(milliseconds, 50),
    p95_ms: percentile(milliseconds, 95),
    blocks_median: percentile(blocks, 50),
    blocks_max: Math.max(...blocks),
  };
}
