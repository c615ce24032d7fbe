// The helpers of these tests, on their own. Needs no chain.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TypeRegistry } from '@polkadot/types';
import { plain, toHex, withLength, withoutLength } from '../lib/codec.mjs';
import { arrivals, percentile, random, seedOf } from '../lib/latency.mjs';
import { leastLiquidation, weighted } from '../lib/liquidation.mjs';
import { byLabel } from '../lib/metrics.mjs';
import {
  ONE,
  amount,
  basisPoints,
  format,
  isClose,
  parse,
  show,
  showHealth,
  showUsd,
  symbolOf,
  usd,
} from '../lib/units.mjs';

describe('amounts', () => {
  test('are read exactly', () => {
    assert.equal(amount('1.5', 'CUSD'), 1_500_000_000_000n);
    assert.equal(amount('0.000000000000000001', 'ETH'), 1n);
    assert.equal(parse('-20', 0), -20n);
    assert.throws(() => amount('0.0000001', 'USDC'), /more than 6 decimals/);
    assert.throws(() => amount('1e6', 'USDC'), /not a decimal number/);
  });

  test('are shown as people write them', () => {
    assert.equal(format(1_234_567_890n, 6, 2), '1,234.56');
    assert.equal(format(-1_500n, 3), '-1.500');
    assert.equal(format(5n, 0), '5');
    assert.equal(show(amount('2', 'ETH'), 'ETH'), '2.0000 ETH');
    assert.equal(show(amount('10000000.5', 'USDC'), 'USDC'), '10,000,000.50 USDC');
    assert.equal(showUsd(usd('60000')), '$60,000.00');
    assert.equal(showUsd(usd('0.49996')), '$0.5000');
    assert.equal(showHealth(usd('1.0999999')), '1.1000');
  });

  test('are compared in parts', () => {
    assert.equal(basisPoints(usd('3000.3'), usd('3000')), 1);
    assert.equal(basisPoints(usd('2999.7'), usd('3000')), 1);
    assert.ok(isClose(10n ** 12n + 1n, 10n ** 12n, 1));
    assert.ok(!isClose(10n ** 12n + 2n, 10n ** 12n, 1));
  });

  test('tokens are known by their ids', () => {
    assert.equal(symbolOf('Native'), 'CRN');
    assert.equal(symbolOf({ WithId: 3 }), 'ETH');
    assert.throws(() => symbolOf({ WithId: 77 }), /no token has the id 77/);
  });
});

describe('metrics', () => {
  test('are read by one of their labels', () => {
    const text = [
      '# HELP behind How far',
      '# TYPE behind gauge',
      'behind{chain="dev",facility="0"} 0',
      'behind{facility="12",chain="dev"} 345',
      'behind{chain="dev",no_facility="3"} 1',
      'behind_more{chain="dev",facility="7"} 8',
      'alone 9',
    ].join('\n');
    assert.deepEqual(byLabel(text, 'behind', 'facility'), { 0: 0, 12: 345 });
    assert.deepEqual(byLabel(text, 'alone', 'facility'), {});
  });
});

describe('the formula of a liquidation', () => {
  const terms = {
    ETH: { liquidationFactor: 800_000_000, penalty: 80_000_000, riskRank: 2 },
    DOT: { liquidationFactor: 700_000_000, penalty: 80_000_000, riskRank: 1 },
  };
  const target = (ONE * 11n) / 10n;
  const health = (legs, debt) => (weighted(legs, terms) * ONE) / debt;

  test('agrees with the example of the documentation', () => {
    // 10 ETH at 2,000 with L = 0.8 carry 16,000; the debt is 17,000.
    const legs = [{ symbol: 'ETH', amount: amount('10', 'ETH'), price: usd('2000') }];
    const { sales, remaining } = leastLiquidation({ debt: usd('17000'), legs, terms, target });
    assert.equal(sales.length, 1);
    assert.equal(sales[0].repaid / 10n ** 12n, 11_440_677_966n);
    assert.equal(remaining, usd('17000') - sales[0].repaid);
  });

  test('sells the riskiest first, and leaves the vault at its target', () => {
    const legs = [
      { symbol: 'ETH', amount: amount('2', 'ETH'), price: usd('2340') },
      { symbol: 'DOT', amount: amount('500', 'DOT'), price: usd('6') },
    ];
    const { sales, remaining } = leastLiquidation({ debt: usd('5990'), legs, terms, target });
    assert.deepEqual(
      sales.map(({ symbol }) => symbol),
      ['DOT'],
    );
    const left = legs.map((leg) => {
      const sold = sales.find(({ symbol }) => symbol === leg.symbol)?.amount ?? 0n;
      return { ...leg, amount: leg.amount - sold };
    });
    const after = health(left, remaining);
    assert.ok(after >= target - 10n ** 9n && after < target + 10n ** 9n, `${after}`);
  });

  test('goes on with the next collateral where one does not suffice', () => {
    const legs = [
      { symbol: 'ETH', amount: amount('2', 'ETH'), price: usd('2000') },
      { symbol: 'DOT', amount: amount('100', 'DOT'), price: usd('6') },
    ];
    const { sales } = leastLiquidation({ debt: usd('4000'), legs, terms, target });
    assert.deepEqual(
      sales.map(({ symbol }) => symbol),
      ['DOT', 'ETH'],
    );
    assert.equal(sales[0].amount, legs[1].amount);
    assert.ok(sales[1].amount < legs[0].amount);
  });

  test('takes nothing from a vault that is safe', () => {
    const legs = [{ symbol: 'ETH', amount: amount('10', 'ETH'), price: usd('2000') }];
    const plan = leastLiquidation({ debt: usd('10000'), legs, terms, target });
    assert.deepEqual(plan, { sales: [], remaining: usd('10000') });
  });
});

describe('the way of a price', () => {
  const changes = [
    { at: 0, price: usd('3000') },
    { at: 1_000, price: usd('3020') },
    { at: 20_000, price: usd('3040') },
  ];
  const blocks = (...quotes) =>
    quotes.map((quote, place) => {
      const made = place * 3_000;
      return { number: place + 1, made, seen: made + 30, quote: usd(quote) };
    });

  test('is over when a block quotes it', () => {
    const found = arrivals(
      changes,
      blocks('3000', '3000', '3000', '3020.1', '3020', '3020', '3020', '3040'),
    );
    assert.deepEqual(found, [
      { block: 4, milliseconds: 8_030, blocks: 2 },
      { block: 8, milliseconds: 1_030, blocks: 0 },
    ]);
  });

  test('does not begin with a block that was made before, but came after', () => {
    const during = [changes[0], { at: 3_010, price: usd('3020') }];
    const [late] = arrivals(during, blocks('3000', '3000', '3000', '3000', '3020'));
    assert.deepEqual(late, { block: 5, milliseconds: 9_020, blocks: 2 });
  });

  test('is not over half-way, where some validators were asked before and some after', () => {
    const [first] = arrivals(
      changes,
      blocks('3000', '3000', '3010', '3020', '3020', '3020', '3020', '3040'),
    );
    assert.equal(first.blocks, 2);
  });

  test('a quote that no exchange ever had is a mistake', () => {
    assert.throws(() => arrivals(changes, blocks('3000', '2900')), /is none of/);
    assert.throws(() => arrivals(changes, blocks('3000', '3040')), /is none of/);
    assert.throws(() => arrivals(changes, blocks('3000', '3000')), /did not arrive/);
  });

  test('figures are of what was measured', () => {
    assert.equal(percentile([5, 1, 3], 50), 3);
    assert.equal(percentile([5, 1, 3], 95), 5);
    assert.equal(percentile([7], 1), 7);
    const [one, other, third] = [random(1), random(1), random(2)];
    assert.equal(one(), other());
    assert.notEqual(one(), third());
    for (let draw = 0; draw < 100; draw += 1) assert.ok(one() >= 0 && third() < 1);
  });

  test('a seed is a number, or nothing', () => {
    assert.equal(seedOf(undefined), 1);
    assert.equal(seedOf(''), 1);
    assert.equal(seedOf('0'), 0);
    assert.equal(seedOf('20261129'), 20_261_129);
    for (const text of ['abc', '-1', '1.5', '1e3', '4294967296']) {
      assert.throws(() => seedOf(text), /is a whole number/);
    }
  });
});

describe('codec objects', () => {
  const registry = new TypeRegistry();
  const decode = (type, value) => plain(registry.createType(type, value));

  test('become plain values', () => {
    assert.equal(decode('u32', 7), 7);
    assert.equal(decode('u64', 7), 7n);
    assert.equal(decode('Compact<u128>', 7), 7n);
    assert.equal(decode('Option<u32>', null), null);
    assert.equal(decode('Option<u32>', 7), 7);
    assert.equal(decode('bool', true), true);
    assert.equal(decode('Text', 'a'), 'a');
    assert.deepEqual(decode('Vec<u8>', [1, 2]), '0x0102');
    assert.deepEqual(decode('(u8, Vec<u32>)', [1, [2, 3]]), [1, [2, 3]]);
    assert.deepEqual(decode('BTreeMap<u8, u8>', new Map([[1, 2]])), [[1, 2]]);
    assert.equal(decode('{"_enum": ["Live", "Stale"]}', 'Stale'), 'Stale');
    assert.deepEqual(decode('{"_enum": {"Native": "Null", "WithId": "u32"}}', { WithId: 3 }), {
      WithId: 3,
    });
    assert.equal(decode('{"_enum": {"Native": "Null", "WithId": "u32"}}', 'Native'), 'Native');
    assert.deepEqual(decode('{"updated_at": "u64"}', { updated_at: 5 }), { updatedAt: 5n });
  });

  test('bytes get their length in front, and lose it', () => {
    const bytes = Uint8Array.from({ length: 100 }, (_, position) => position);
    const long = withLength(registry, bytes);
    assert.equal(toHex(long.subarray(0, 3)), '0x910100');
    assert.deepEqual(withoutLength(registry, long), bytes);
    assert.equal(withoutLength(registry, Uint8Array.of(0)).length, 0);
  });

  test('accounts become addresses', () => {
    const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
    assert.equal(decode('AccountId', alice), alice);
  });
});
