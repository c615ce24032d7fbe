// What all suites have in common: a chain of their own, and what has to be true of it at the end.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from './stack.mjs';

/**
 * Extrinsics of a block in which nobody did anything: the time, and the report of the validator.
 */
const IDLE_EXTRINSICS = 2;

/**
 * Starts a chain before the tests of the surrounding `describe` and stops it after them. What is
 * returned has `chain`, `market` and the rest of [`startStack`] once the tests run.
 */
export function withChain(name, prepare) {
  const stack = {};
  before(async () => Object.assign(stack, await startStack(name, prepare)), { timeout: 120_000 });
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
