// Zombienet's way to run one of `checks.mjs`: as a program of its own, because Zombienet comes with
// an older Polkadot.js than the one that these checks share with the end-to-end tests.

const { execFile } = require('node:child_process');
const { join } = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);

/** Checks `check` at the node `name`; the addresses of all nodes are passed on. */
module.exports.run = async (name, network, [check]) => {
  const { wsUri } = network.nodesByName[name];
  const others = Object.values(network.nodesByName).map((node) => node.wsUri);
  const program = join(__dirname, 'checks.mjs');
  try {
    const { stdout } = await run(process.execPath, [program, check, wsUri, ...others]);
    process.stdout.write(stdout);
    return 1;
  } catch (error) {
    throw new Error(error.stderr || error.message);
  }
};
