// A network of four validators on this machine, each with exchanges of its own, so that each can be
// made to see another market than the others.

import { join } from 'node:path';
import { Chain } from './chain.mjs';
import { plain } from './codec.mjs';
import { targetDir } from './paths.mjs';
import { remove } from './program.mjs';
import { request } from './rpc.mjs';
import { writeRawSpec, writeSpec } from './spec.mjs';
import { startMarket, startNode } from './stack.mjs';

/** The validators of the preset `local`. Each holds the session keys of its name. */
export const VALIDATORS = ['alice', 'bob', 'charlie', 'dave'];

/** Validators need a key for the network. These are for nobody else to find. */
const nodeKey = (position) => String(position + 1).padStart(64, '0');

/**
 * Starts four validators and their exchanges. `prepare` is called with the markets by the name of
 * the validator that sees them, before any node starts; `validity` says how quotes age. What is
 * returned has to be stopped: `nodes` and `markets` by name, and `chain` as Alice's node sees it.
 */
export async function startNetwork(name, { prepare = async () => {}, validity } = {}) {
  const logs = join(targetDir, 'e2e', name);
  const programs = [];
  const nodes = {};
  const markets = {};
  let chain;
  const stop = async () => {
    await chain?.disconnect();
    await Promise.all(programs.map((program) => program.stop()));
    for (const { base } of Object.values(nodes)) remove(base);
  };
  try {
    for (const validator of VALIDATORS) {
      const { market, program } = await startMarket(logs, `market-sim-${validator}`);
      programs.push(program);
      markets[validator] = market;
    }
    await prepare(markets);
    const preset = validity ? await writeSpec('local', logs, validity) : 'local';
    const spec = await writeRawSpec(preset, logs);
    const start = async (validator, bootnodes) => {
      const options = [
        ['--chain', spec, `--${validator}`],
        ['--node-key', nodeKey(VALIDATORS.indexOf(validator))],
        ...bootnodes.map((address) => ['--bootnodes', address]),
      ];
      const node = await startNode(logs, markets[validator], validator, options.flat());
      programs.push(node.program);
      nodes[validator] = node;
    };
    const [first, ...others] = VALIDATORS;
    await start(first, []);
    const addresses = await request(nodes[first].rpc, 'system_localListenAddresses');
    const started = await Promise.allSettled(others.map((other) => start(other, addresses)));
    const failed = started.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    chain = await Chain.connect(nodes[first].url);
    return { chain, markets, nodes, logs, stop, indices: await indices(chain) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The place of each validator in the set, by name. */
async function indices(chain) {
  const accounts = plain(await chain.api.query.session.validators());
  const place = (name) => accounts.indexOf(chain.people[name].address);
  return Object.fromEntries(VALIDATORS.map((name) => [name, place(name)]));
}

/** The latest block that a node holds for final. */
export async function finalized(node) {
  const hash = await request(node.rpc, 'chain_getFinalizedHead');
  const { number } = await request(node.rpc, 'chain_getHeader', [hash]);
  return { number: Number(number), hash };
}
