// Four validators, each with a market of its own: one lies, one is silent, one sees a single exchange.
// Alone or in pairs they change nothing; all at once there is no price that can be relied on, and
// never theirs.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { eventOf } from '../lib/chain.mjs';
import { NO_LIMITS, adjustment } from '../lib/journey.mjs';
import { EXCHANGES } from '../lib/market.mjs';
import { VALIDATORS } from '../lib/network.mjs';
import { assertRefused } from '../lib/refusals.mjs';
import { AGES_SOON } from '../lib/spec.mjs';
import { soundNetworkAtTheEnd, steps, withNetwork } from '../lib/suite.mjs';
import { PRICED, amount, assetId, showUsd, usd } from '../lib/units.mjs';

const MIXED_FACILITY = 0;
/** The exchange that is left to whoever sees only one. */
const LAST_EXCHANGE = 'kraken';
/** Blocks within which a change of conduct must show. */
const PATIENCE = 12;
/** So many blocks on end must be as expected. */
const IN_A_ROW = 2;
/** Exchanges differ from the price that they are told by up to so many hundredths of a per cent. */
const TOLERANCE = 5n;

/** The honest do not see quite the same: each of them so many per cent more than the last. */
const APART = { alice: '0', bob: '0.05', charlie: '0.1', dave: '0.15' };

const all = (change) => Object.fromEntries(PRICED.map((symbol) => [symbol, change]));

describe('four validators of which some are wrong', () => {
  const network = withNetwork('network', {
    validity: AGES_SOON,
    prepare: async (markets) => {
      for (const [name, market] of Object.entries(markets)) await market.move(all(APART[name]));
      // From before the first block on all three are wrong, and Alice is alone.
      await markets.bob.move(all('-50'));
      await markets.charlie.failAll('http500');
      await seesOneExchange(markets.dave);
    },
  });
  const step = steps();
  /** Eve's, which half the price of its collateral would make unsafe. */
  let vault;
  /** What the honest see: the least and the most, by symbol. */
  let range;
  /** The block after which the lies begin. */
  let lies;

  const borrowing = () => network.chain.api.tx.vaults.borrow(vault, amount('200', 'CUSD'));
  const refusedToBorrow = () =>
    assertRefused(network.chain, network.chain.people.eve, borrowing(), 'vaults.PriceNotLive', {
      vaults: [vault],
    });

  step('with only one who is right, there is no price', async (t) => {
    const { chain } = network;
    const { eve } = chain.people;
    const { tx } = chain.api;
    // The liar and Alice report.
    await chain.until(
      'the reports of two',
      async ({ hash }) => (await reporting(hash)).length === 2,
      { blocks: 20 },
    );
    const deposit = [[assetId('ETH'), amount('1', 'ETH')]];
    const opened = await chain.send(
      eve,
      tx.vaults.open(MIXED_FACILITY, adjustment({ deposit }), NO_LIMITS),
    );
    vault = eventOf(opened.events, 'vaults.Opened').vault;
    await chain.next();
    await refusedToBorrow();
    for (let { number } = chain.best; number > 0; number -= 1) {
      const hash = await chain.hash(number);
      assert.deepEqual(Object.keys(await chain.quotes(hash)), ['CUSD'], `block ${number}`);
    }
    const { hash } = chain.best;
    assert.deepEqual(await reporting(hash), ['alice', 'bob']);
    t.diagnostic(`${chain.best.number} blocks, reports of Alice and the liar, and no price`);
  });

  step('as soon as all are right, there is', async (t) => {
    const { chain } = network;
    await rightsItself('bob', 'charlie', 'dave');
    await chain.until('Live prices', ({ hash }) => chain.isLive(hash), { blocks: PATIENCE });
    range = await honestRange(['alice', 'bob', 'charlie', 'dave']);
    await expect(t, 'all four', { reporters: VALIDATORS });
    await chain.send(
      chain.people.eve,
      chain.api.tx.vaults.borrow(vault, amount('2000', 'CUSD')),
    );
  });

  step('one who lies is outvoted, and it is counted', async (t) => {
    const { chain, markets, indices } = network;
    lies = chain.best.number;
    await markets.bob.move(all('-50'));
    range = await honestRange(['alice', 'charlie', 'dave']);
    await expect(t, 'a liar', { reporters: VALIDATORS, outlier: 'bob' });
    const reports = await chain.reports();
    for (const name of ['alice', 'charlie', 'dave']) {
      assert.equal(reports[indices[name]].outliersInSession, 0, `${name} is taken for a liar`);
    }
  });

  step('so he is while another is silent', async (t) => {
    await network.markets.charlie.failAll('http500');
    await expect(t, 'a liar and a silent one', {
      reporters: ['alice', 'bob', 'dave'],
      outlier: 'bob',
    });
  });

  step('and while another sees a single exchange, which is no price', async (t) => {
    await network.markets.charlie.healAll();
    await seesOneExchange(network.markets.dave);
    await expect(t, 'a liar and one with one exchange', {
      reporters: ['alice', 'bob', 'charlie'],
      outlier: 'bob',
    });
  });

  step('with all three wrong the price stays, ages, and is relied on by nobody', async (t) => {
    const { chain, markets } = network;
    const first = chain.best.number + 1;
    await markets.charlie.failAll('http500');
    const order = ['Live', 'Degraded', 'Stale'];
    const reached = Object.fromEntries(PRICED.map((symbol) => [symbol, 0]));
    await chain.until(
      'Stale prices',
      async ({ number, hash }) => {
        const quotes = await chain.quotes(hash);
        for (const symbol of PRICED) {
          const { status, price } = quotes[symbol];
          assertInRange(number, symbol, price);
          const rank = order.indexOf(status);
          assert.ok(rank >= reached[symbol], `block ${number}: ${symbol} is ${status} again`);
          reached[symbol] = rank;
        }
        return PRICED.every((symbol) => quotes[symbol].status === 'Stale');
      },
      { first, blocks: AGES_SOON.stale + PATIENCE },
    );
    t.diagnostic(`Stale ${chain.best.number - first} blocks later`);
    assert.deepEqual(await reporting(chain.best.hash), ['alice', 'bob']);
    await refusedToBorrow();
  });

  step('when two of them are right again, so is the price', async (t) => {
    const { chain } = network;
    const first = chain.best.number;
    await rightsItself('charlie', 'dave');
    await chain.until('Live prices', ({ hash }) => chain.isLive(hash), { blocks: PATIENCE });
    t.diagnostic(`Live ${chain.best.number - first} blocks later`);
    await expect(t, 'a liar', { reporters: VALIDATORS, outlier: 'bob' });
    await chain.send(chain.people.eve, chain.api.tx.vaults.borrow(vault, amount('50', 'CUSD')));
  });

  step('the record of the session says who did what', async (t) => {
    const { chain, indices } = network;
    const reports = await chain.reports();
    const record = Object.fromEntries(VALIDATORS.map((name) => [name, reports[indices[name]]]));
    for (const [name, entry] of Object.entries(record)) {
      t.diagnostic(
        `${name}: ${entry.reportsInSession} reports in ${entry.roundsInSession} rounds, ` +
          `${entry.outliersInSession} of ${entry.comparedInSession} far away`,
      );
    }
    const { alice, bob, charlie, dave } = record;
    for (const honest of [alice, charlie, dave]) assert.equal(honest.outliersInSession, 0);
    assert.ok(bob.outliersInSession >= 3 * IN_A_ROW, 'the liar is not found out');
    assert.ok(bob.outliersInSession < bob.comparedInSession, 'he was right once');
    const silence = AGES_SOON.stale;
    assert.ok(charlie.reportsInSession + silence <= alice.reportsInSession);
    assert.ok(dave.reportsInSession + silence <= alice.reportsInSession);
  });

  step('and nobody was ever liquidated', async () => {
    const { chain } = network;
    for (let number = lies; number <= chain.best.number; number += 1) {
      const events = await chain.events(await chain.hash(number));
      assert.ok(!events.some(({ name }) => name === 'vaults.Liquidated'), `in block ${number}`);
    }
  });

  soundNetworkAtTheEnd(network);

  /** Has the markets of these show what Alice's shows, but for a little, and answer. */
  async function rightsItself(...names) {
    const { markets } = network;
    const { prices } = await markets.alice.state();
    for (const name of names) {
      await markets[name].healAll();
      await markets[name].set(prices);
      await markets[name].move(all(APART[name]));
    }
  }

  /** By name, those whose last report is from the round of a block, the one before, or two before. */
  async function reporting(hash) {
    const { chain, indices } = network;
    const reports = await chain.reports(hash);
    const isFresh = ({ roundsAgo }) => roundsAgo !== null && roundsAgo <= 2;
    return VALIDATORS.filter((name) => isFresh(reports[indices[name]]));
  }

  async function honestRange(names) {
    const seen = await Promise.all(names.map((name) => network.markets[name].state()));
    const least = (values) => values.reduce((a, b) => (a < b ? a : b));
    const most = (values) => values.reduce((a, b) => (a > b ? a : b));
    return Object.fromEntries(
      PRICED.map((symbol) => {
        const values = seen.map(({ prices }) => usd(prices[symbol]));
        return [symbol, [least(values), most(values)]];
      }),
    );
  }

  function assertInRange(number, symbol, price) {
    const [least, most] = range[symbol];
    const isIn =
      price * 10_000n >= least * (10_000n - TOLERANCE) &&
      price * 10_000n <= most * (10_000n + TOLERANCE);
    assert.ok(
      isIn,
      `block ${number}: ${symbol} is quoted ${showUsd(price)}, and the honest see ` +
        `${showUsd(least)} to ${showUsd(most)}`,
    );
  }

  /**
   * Looks at every block from now on: all prices must be Live and within what the honest see, until
   * for some blocks on end the `reporters` are those named, and the `outlier` is counted as one.
   */
  async function expect(t, situation, { reporters, outlier }) {
    const { chain, indices } = network;
    let row = 0;
    let counted;
    const first = chain.best.number + 1;
    await chain.until(
      `the situation with ${situation}`,
      async ({ number, hash }) => {
        const quotes = await chain.quotes(hash);
        for (const symbol of PRICED) {
          assert.equal(quotes[symbol].status, 'Live', `block ${number}: ${symbol}`);
          assertInRange(number, symbol, quotes[symbol].price);
        }
        const { reporters: voices, reason } = await chain.view(
          'Oracle.status',
          [assetId('ETH')],
          hash,
        );
        const fresh = await reporting(hash);
        const outliers = outlier && (await chain.reports(hash))[indices[outlier]].outliersInSession;
        const isCounted = !outlier || (counted !== undefined && outliers > counted);
        counted = outliers;
        const isIt =
          voices === reporters.length && String(fresh) === String(reporters) && isCounted;
        row = isIt ? row + 1 : 0;
        if (row < IN_A_ROW) return null;
        const { price, confidence } = quotes.ETH;
        t.diagnostic(
          `block ${number}: ${showUsd(price)} ± ${showUsd(confidence)} from ${voices}, ${reason}; ` +
            `${number - first} blocks`,
        );
        return true;
      },
      { first, blocks: PATIENCE },
    );
  }
});

/** Leaves a validator a single exchange: not enough for a price. */
async function seesOneExchange(market) {
  for (const exchange of EXCHANGES) {
    if (exchange !== LAST_EXCHANGE) await market.fail(exchange, 'http500');
  }
}
