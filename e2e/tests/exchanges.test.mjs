// An exchange that answers nonsense, or nothing, does not disturb the prices of the others.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { EXCHANGES, FAILURES } from '../lib/market.mjs';
import { wakeSources } from '../lib/stack.mjs';
import { soundAtTheEnd, withChain } from '../lib/suite.mjs';
import { PRICED, basisPoints, showUsd, usd } from '../lib/units.mjs';

/** Blocks within which all prices must be agreed on anew while an exchange fails. */
const BLOCKS = 5;

/**
 * How far the others' price may be off, in hundredths of a per cent: they disagree by that much.
 */
const TOLERANCE = 5;

describe('while one exchange fails', () => {
  const stack = withChain('exchanges');

  beforeEach(async () => {
    // One that failed in the last test may still be left in peace, and then two would be missing.
    await wakeSources(stack.rpc);
    await stack.chain.untilLive();
  });

  test('these are all the ways there are', async () => {
    await assert.rejects(stack.market.fail(EXCHANGES[0], 'explode'), ({ message }) => {
      const [, known] = /use one of none, (.*)$/.exec(message) ?? [];
      assert.deepEqual(known?.split(', '), FAILURES, message);
      return true;
    });
  });

  // Every way to fail, and every exchange in two of them.
  for (const [position, mode] of FAILURES.entries()) {
    const exchange = EXCHANGES[position % EXCHANGES.length];
    test(`${exchange} in the way ${mode}: the chain keeps quoting from the rest`, async (t) => {
      const { chain, market } = stack;
      await market.fail(exchange, mode, mode === 'wrong_price' ? { factor: '0.5' } : {});
      try {
        // Reports under way may still be from before.
        const { number } = await chain.next();
        const sources = await quotedAnew(number + 1);
        t.diagnostic(PRICED.map((symbol) => `${symbol} from ${sources[symbol]}`).join(', '));
      } finally {
        await market.heal(exchange);
      }
    });
  }

  /**
   * Waits for prices that were looked at in block `first` or later; gives the number of sources.
   */
  async function quotedAnew(first) {
    const { chain, market } = stack;
    const { prices } = await market.state();
    const since = await chain.timestamp(await chain.hash(first - 1));
    return chain.until(
      'new agreements on all prices',
      async ({ number, hash }) => {
        const [quotes, [report]] = [await chain.quotes(hash), await chain.reports(hash)];
        for (const symbol of PRICED) {
          const { status, price } = quotes[symbol];
          assert.equal(status, 'Live', `block ${number}: ${symbol} is ${status}`);
          const distance = basisPoints(price, usd(prices[symbol]));
          assert.ok(
            distance <= TOLERANCE,
            `block ${number}: ${symbol} is quoted ${showUsd(price)}`,
          );
        }
        const anew = PRICED.every((symbol) => quotes[symbol].updatedAt > since);
        if (!anew || report.round < first) return null;
        return Object.fromEntries(PRICED.map((symbol) => [symbol, report.prices[symbol]?.sources]));
      },
      { first, blocks: BLOCKS },
    );
  }

  soundAtTheEnd(stack);
});
