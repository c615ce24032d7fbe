// The chain's price is at most two blocks older than the exchanges'.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measureLatency, summary } from '../lib/latency.mjs';
import { soundNetworkAtTheEnd, withNetwork } from '../lib/suite.mjs';

/** How many changes of price are looked at, one every six seconds or so. */
const CHANGES = 8;

describe('a price on its way to the chain', () => {
  const network = withNetwork('latency');

  test('is in effect after two blocks that still quote an older one, or fewer', async (t) => {
    const { chain, markets } = network;
    await chain.untilLive();
    const seed = Date.now() % 2 ** 32;
    t.diagnostic(`seed ${seed}`);
    const found = await measureLatency(chain, Object.values(markets), { count: CHANGES, seed });
    for (const { block, milliseconds, blocks } of found) {
      t.diagnostic(`block ${block}: after ${milliseconds} ms, ${blocks} blocks with an older price`);
    }
    t.diagnostic(JSON.stringify(summary(found)));
    assert.ok(found.every(({ blocks }) => blocks <= 2));
  });

  soundNetworkAtTheEnd(network);
});
