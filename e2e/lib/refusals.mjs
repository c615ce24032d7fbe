// Calls that have to fail, each by its own name, and without costing more than the fee.

import assert from 'node:assert/strict';
import { Refused } from './chain.mjs';

/** Balances, and the rows of vaults as they are stored. */
async function snapshot(chain, people, vaults, at) {
  const { query } = await chain.api.at(at);
  const balances = await Promise.all(people.map((who) => chain.balances(who, at)));
  const rows = await Promise.all(vaults.map((id) => query.vaults.vaults(id)));
  return { balances, rows: rows.map((row) => row.toHex()) };
}

/**
 * Sends a call that must be refused with the error of that name, such as `vaults.NotOwner`.
 * Balances of the sender and of `others`, and the rows of `vaults`, must be in the block of the
 * call what they were in the one before, but for the fee. The block must hold no other transaction
 * of theirs, and the sender must not be its author, who earns the fee.
 */
export async function assertRefused(chain, who, call, name, { others = [], vaults = [] } = {}) {
  const sent = chain.send(who, call);
  const error = await sent.then(
    () => assert.fail(`the call went through; it should be refused with ${name}`),
    (reason) => reason,
  );
  if (!(error instanceof Refused)) throw error;
  assert.equal(error.name, name);
  const { parent, hash, fee } = error.inclusion;
  const people = [who, ...others.filter((other) => other !== who)];
  const before = await snapshot(chain, people, vaults, parent);
  const after = await snapshot(chain, people, vaults, hash);
  assert.ok(fee > 0n, 'a call that is refused costs its fee');
  before.balances[0].CRN -= fee;
  assert.deepEqual(after, before, 'nothing but the fee has changed');
}
