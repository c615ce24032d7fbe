// A chain of one validator and its exchanges, on free ports and with a fresh database.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chain } from './chain.mjs';
import { EXCHANGES, Market } from './market.mjs';
import { nodeBinary, simBinary, targetDir } from './paths.mjs';
import { Program, remove, removeAtExit } from './program.mjs';
import { request } from './rpc.mjs';
import { writeSpec } from './spec.mjs';

/** Starts market-sim on a free port; `logs` is the folder for its log. */
export async function startMarket(logs, name = 'market-sim') {
  const log = join(logs, `${name}.log`);
  const program = new Program(name, simBinary(), ['--listen', '127.0.0.1:0'], log);
  const address = () => /listening on (http:\S+)/.exec(program.output)?.[1];
  const market = new Market(await program.until('the address of market-sim', address, 10));
  return { market, program };
}

/**
 * Starts a node that asks the exchanges of `market` for prices. It is told by `options` which chain
 * to start and who it is; without any it is the only validator of the development chain.
 */
export async function startNode(logs, market, name = 'node', options = ['--dev']) {
  const base = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
  removeAtExit(base);
  const args = [
    [...options, '--base-path', base],
    ['--rpc-port', '0', '--rpc-methods', 'unsafe'],
    ['--listen-addr', '/ip4/127.0.0.1/tcp/0', '--no-mdns'],
    ['--prometheus-port', '0', '--no-telemetry'],
    ['--log', 'cairn=debug', '--detailed-log-output'],
  ].flat();
  const program = new Program(name, nodeBinary(), args, join(logs, `${name}.log`));
  const port = () => /JSON-RPC server: addr=127\.0\.0\.1:(\d+)/.exec(program.output)?.[1];
  // A node compiles the runtime before it listens, and a dozen of them may do so at once.
  const address = `127.0.0.1:${await program.until('the address of the node', port, 240)}`;
  // As soon as the node answers, so that it asks nobody else before.
  await program.until('an answer of the node', () => redirect(`http://${address}`, market.url), 30);
  const exporter = () => /Prometheus exporter started at (\S+)/.exec(program.output)?.[1];
  const metrics = `http://${await program.until('the address of its metrics', exporter, 10)}/metrics`;
  return { program, base, url: `ws://${address}`, rpc: `http://${address}`, metrics };
}

/**
 * Has a node ask the exchanges at `url` instead of those that the chain names: what an operator
 * does to use a mirror, in the node's own database.
 */
export async function redirect(rpc, url) {
  const hex = (text) => `0x${Buffer.from(text).toString('hex')}`;
  for (const exchange of EXCHANGES) {
    const key = hex(`cairn-oracle::override::${exchange}`);
    await request(rpc, 'offchain_localStorageSet', ['PERSISTENT', key, hex(url)]);
  }
  return true;
}

/**
 * Has a node ask every source again at once, however long it was told to leave it alone.
 */
export async function wakeSources(rpc) {
  const key = `0x${Buffer.from('cairn-oracle::rests').toString('hex')}`;
  await request(rpc, 'offchain_localStorageSet', ['PERSISTENT', key, '0x']);
}

/**
 * Starts everything. `prepare` is called with the market before the node starts; `validity` says how
 * quotes age, if not as on every chain. Logs go to the folder `e2e/<name>` of the target folder. What
 * is returned has to be stopped.
 */
export async function startStack(name, { prepare = async () => {}, validity } = {}) {
  const logs = join(targetDir, 'e2e', name);
  const programs = [];
  let chain;
  let base;
  const stop = async () => {
    await chain?.disconnect();
    for (const program of programs.reverse()) await program.stop();
    if (base) remove(base);
  };
  try {
    const { market, program } = await startMarket(logs);
    programs.push(program);
    await prepare(market);
    const chosen = validity ? ['--chain', await writeSpec('dev', logs, validity)] : [];
    const node = await startNode(logs, market, 'node', ['--dev', ...chosen]);
    programs.push(node.program);
    base = node.base;
    chain = await Chain.connect(node.url);
    return { chain, market, rpc: node.rpc, metrics: node.metrics, logs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
