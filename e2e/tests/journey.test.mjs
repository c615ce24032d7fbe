// The main job of the chain from end to end. The demo tells the same story.

import { describe } from 'node:test';
import { Journey } from '../lib/journey.mjs';
import { idleWeight, soundAtTheEnd, steps, withChain } from '../lib/suite.mjs';
import { format } from '../lib/units.mjs';

describe('the journey of a vault', () => {
  const stack = withChain('journey');
  const step = steps();
  let journey;

  step('prices arrive from at least three exchanges for every token', async (t) => {
    const { chain, market } = stack;
    journey = new Journey(chain, market, {
      say: (line) => t.diagnostic(line),
      progress() {},
      sheet() {},
    });
    await journey.pricesArrive();
  });
  step('a block in which nobody does anything leaves room for others', async (t) => {
    const { number, mandatory, operational, normal, total, limit } = await idleWeight(stack.chain);
    const milliseconds = (weight) => `${format(weight, 9, 3)} ms`;
    t.diagnostic(
      `block ${number} weighs ${milliseconds(total)} of ${milliseconds(limit)}: ` +
        `${milliseconds(mandatory)} mandatory, ${milliseconds(operational)} operational, ` +
        `${milliseconds(normal)} normal`,
    );
    if (total * 4n > limit) throw new Error('an idle block takes more than a quarter of its limit');
  });
  step('Bob borrows against stablecoins', () => journey.bobPrepares());
  step('Alice borrows against two collaterals', () => journey.aliceBorrows());
  step('the books of the treasury are balanced', () => journey.booksBefore());
  step('the market falls', () => journey.marketFalls());
  step('the block that takes the price liquidates exactly what is needed', () =>
    journey.vaultIsLiquidated(),
  );
  step('Bob buys from the lot', () => journey.bobBuys());
  step('Alice gets her leftover', () => journey.aliceCollects());
  step('the treasury is a fee richer and owes nobody', () => journey.booksAfter());
  step('Alice repays and has everything back but what was sold', () => journey.aliceCloses());
  step('the market recovers', () => journey.marketRecovers());

  soundAtTheEnd(stack);
});
