// A pool that is full of the highest tips keeps no report out of it, nor out of a block.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RpcError, request } from '../lib/rpc.mjs';
import { soundAtTheEnd, withChain } from '../lib/suite.mjs';
import { amount } from '../lib/units.mjs';

/** Who stuffs: everybody but the validator. */
const STUFFING = ['bob', 'charlie', 'dave', 'eve', 'ferdie'];
/** Transactions of each, and bytes of each transaction. Together three times what a pool takes, 20 MiB. */
const EACH = 30;
const BYTES = 400_000;
/** Each of them. By itself it would be worth as much as a priority can be. */
const TIP = '1000000';
/** So many are submitted at once: a node takes a hundred connections. */
const AT_ONCE = 90;
/** Blocks that are looked at from then on. */
const BLOCKS = 6;
/** What users may take of a block, in bytes: three quarters of 5 MiB. */
const OF_USERS = 3_932_160;

describe('a pool that is stuffed with tips', () => {
  const stack = withChain('stuffing');

  test('takes the reports, and every block has one', async (t) => {
    const { chain } = stack;
    await chain.untilLive();
    const stuffing = (await Promise.all(STUFFING.map((name) => stuff(chain, name)))).flat();
    const { number } = await chain.next();
    let taken = 0;
    for (let from = 0; from < stuffing.length; from += AT_ONCE) {
      const outcomes = await Promise.all(stuffing.slice(from, from + AT_ONCE).map(submit));
      taken += outcomes.filter((outcome) => outcome).length;
    }
    t.diagnostic(`${taken} of ${stuffing.length} are in the pool, or were`);
    const sizes = [];
    for await (const block of chain.blocks(number + 1)) {
      const [{ round }] = await chain.reports(block.hash);
      assert.equal(round, block.number - 1, `block ${block.number}: the report is missing`);
      const quotes = await chain.quotes(block.hash);
      assert.ok(await chain.isLive(block.hash), `block ${block.number}: ${quotes.ETH.status}`);
      sizes.push(await size(chain, block.hash));
      if (block.number >= number + BLOCKS) break;
    }
    t.diagnostic(`blocks of ${sizes.join(', ')} bytes`);
    const all = sizes.reduce((sum, bytes) => sum + bytes, 0);
    assert.ok(all > OF_USERS, 'more of them came than go into a block');
  });

  /** Gives a transaction to the pool, and says whether it was taken. */
  async function submit(transaction) {
    try {
      await request(stack.rpc, 'author_submitExtrinsic', [transaction]);
      return true;
    } catch (error) {
      if (error instanceof RpcError) return false;
      throw error;
    }
  }

  soundAtTheEnd(stack);
});

/** Signed transactions that say nothing at length, and pay a fortune to be first. */
async function stuff({ api, people }, name) {
  const who = people[name];
  const first = (await api.rpc.system.accountNextIndex(who.address)).toNumber();
  const nothing = `0x${'00'.repeat(BYTES)}`;
  const sign = async (nonce) => {
    const options = { nonce, tip: amount(TIP, 'CRN'), era: 0 };
    return (await api.tx.system.remark(nothing).signAsync(who, options)).toHex();
  };
  return Promise.all(Array.from({ length: EACH }, (_, position) => sign(first + position)));
}

/** Bytes of the transactions of a block. */
async function size({ api }, hash) {
  const { block } = await api.rpc.chain.getBlock(hash);
  return block.extrinsics.reduce((sum, extrinsic) => sum + extrinsic.encodedLength, 0);
}
