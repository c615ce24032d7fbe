// What all suites have in common: a chain of their own, and what has to be true of it at the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { finalized, startNetwork } from './network.mjs';
import { killAll } from './program.mjs';
import { startStack } from './stack.mjs';

/**
 * Extrinsics of a block in which nobody did anything: the time, and the report of the validator.
 */
const IDLE_EXTRINSICS = 2;

/**
 * Starts a chain before the tests of the surrounding `describe` and stops it after them. What is
 * returned has `chain`, `market` and the rest of [`startStack`] once the tests run.
 */
export const withChain = (name, options) => started(() => startStack(name, options));

/** The same for a network of four validators, with `chain`, `nodes`, `markets` and so on. */
export const withNetwork = (name, options) => started(() => startNetwork(name, options));

function started(start) {
  const stack = {};
  const begin = async () => {
    try {
      Object.assign(stack, await start());
    } catch (error) {
      // Else they would keep this process, and with it the whole run, until its time is up.
      killAll();
      throw error;
    }
  };
  before(begin, { timeout: 300_000 });
  after(() => stack.stop?.(), { timeout: 60_000 });
  return stack;
}

/** Tests that depend on each other: after one that failed, the others are skipped. */
export function steps() {
  let failed = false;
  return (name, body) =>
    test(name, async (t) => {
      if (failed) {
        t.skip('an earlier step failed');
        return;
      }
      try {
        await body(t);
      } catch (error) {
        failed = true;
        throw error;
      }
    });
}

/** The last tests of every suite. */
export function soundAtTheEnd(stack) {
  test('all invariants of the chain hold at the end', () => stack.chain.checkInvariants());

  test('every slot has had its block', async (t) => {
    const { chain } = stack;
    const last = chain.best.number;
    const missed = await chain.missedSlots(1, last);
    t.diagnostic(`${last} blocks, ${missed} slots without one`);
    assert.equal(missed, 0);
  });
}

/** The weight of the latest block in which nobody did anything. */
export async function idleWeight(chain) {
  for (let { number } = chain.best; number > 0; number -= 1) {
    const hash = await chain.hash(number);
    const { block } = await chain.api.rpc.chain.getBlock(hash);
    if (block.extrinsics.length === IDLE_EXTRINSICS) {
      return { number, ...(await chain.weight(hash)) };
    }
  }
  throw new Error('no block was idle');
}

/** Blocks that finality may be behind. */
const FINALITY_LAG = 5;
/** One slot in so many may be empty: four nodes share the cores of a machine with other tests. */
const SLOTS_PER_MISS = 20;

/** The last tests of every suite with a network. */
export function soundNetworkAtTheEnd(network) {
  test('all invariants of the chain hold at the end', () => network.chain.checkInvariants());

  test('all validators agree on the chain, and finalise it', async (t) => {
    const { chain, nodes } = network;
    const heads = await Promise.all(Object.values(nodes).map(finalized));
    const behind = heads.map(({ number }) => chain.best.number - number);
    t.diagnostic(`finality is ${behind.join(', ')} blocks behind`);
    assert.ok(Math.max(...behind) <= FINALITY_LAG, 'finality does not keep up');
    for (const { number, hash } of heads) {
      assert.equal(hash, await chain.hash(number), `another block ${number} is final`);
    }
  });

  test('nearly every slot has had its block', async (t) => {
    const { chain } = network;
    const last = chain.best.number;
    const missed = await chain.missedSlots(1, last);
    t.diagnostic(`${last} blocks, ${missed} slots without one`);
    assert.ok(missed * SLOTS_PER_MISS <= last);
  });
}
