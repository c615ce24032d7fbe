// The chain's price is two blocks older than the exchanges', or less.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureLatency, summary } from '../lib/latency.mjs';
import { soundNetworkAtTheEnd, withNetwork } from '../lib/suite.mjs';

/** How many changes of price are looked at, one every six seconds or so. */
const CHANGES = 8;
/** The goal, in blocks that still quote an older price. */
const GOAL = 2;
/** One more if reports of two validators miss their block. */
const MOST = GOAL + 1;

describe('a price on its way to the chain', () => {
  const network = withNetwork('latency');

  test('is in effect after two blocks that still quote an older one', async (t) => {
    const { chain, markets } = network;
    await chain.untilLive();
    const seed = Date.now() % 2 ** 32;
    t.diagnostic(`seed ${seed}`);
    const found = await measureLatency(chain, Object.values(markets), { count: CHANGES, seed });
    for (const { block, milliseconds, blocks } of found) {
      t.diagnostic(`block ${block}: after ${milliseconds} ms, ${blocks} blocks with an older price`);
    }
    const figures = summary(found);
    t.diagnostic(JSON.stringify(figures));
    assert.ok(figures.blocks_median <= GOAL, 'prices are usually late');
    assert.ok(figures.blocks_max <= MOST, 'a price is much too late');
  });

  soundNetworkAtTheEnd(network);
});
