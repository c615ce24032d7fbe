// Proves that a validator has signed two different reports for one round, if two blocks show it:
// `node prove.mjs <ws://node> <hash of a block> <hash of another>`. The node must have both blocks.
// Anybody may send the proof, and it costs nothing.

import { ApiPromise, WsProvider } from '@polkadot/api';
import { contradictions, proofTransaction, reportsIn } from './lib/report.mjs';

const [url, ...blocks] = process.argv.slice(2);
if (!url || blocks.length < 2) {
  process.stderr.write('use: node prove.mjs <ws://node> <block hash> <block hash>\n');
  process.exit(2);
}

const say = (line) => process.stdout.write(`${line}\n`);
const provider = new WsProvider(url);
const api = await ApiPromise.create({
  provider,
  noInitWarn: true,
  signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
});
try {
  const reports = (await Promise.all(blocks.map((hash) => reportsIn(api, hash)))).flat();
  const pairs = contradictions(reports);
  if (pairs.length === 0) {
    say(`${reports.length} reports, none of them contradicts another`);
    process.exitCode = 1;
  }
  for (const pair of pairs) {
    const { setId, round, authorityIndex } = pair[0].report;
    const whose = `validator ${authorityIndex} of set ${setId}, round ${round}`;
    try {
      const transaction = proofTransaction(api, pair);
      say(`${whose}: sent as ${await provider.send('author_submitExtrinsic', [transaction])}`);
    } catch (error) {
      say(`${whose}: refused, ${error.message}`);
      process.exitCode = 1;
    }
  }
} finally {
  await api.disconnect();
}
