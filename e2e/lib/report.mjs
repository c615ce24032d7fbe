// Reports of prices, made by hand: what an attacker would send, and Polkadot.js cannot build.

import { toHex, withLength } from './codec.mjs';

/** Sets a report apart from everything else that a key may sign. */
const DOMAIN = 'cairn/oracle/v1';

/** A transaction of version 5 without a signer. */
export const GENERAL_TRANSACTION = 0x45;
const EXTENSION_VERSION = 0;

/**
 * A `report`, `{ setId, round, authorityIndex, prices }`, with the signature under it.
 *
 * - `signer`: whose key signs it
 * - `genesis`: of the chain that it is signed for, if not of this one
 */
export function signed(api, report, signer, genesis = api.genesisHash) {
  const [argument] = api.tx.oracle.report.meta.args;
  const encoded = api.registry.createType(argument.type.toString(), report);
  const payload = Buffer.concat([Buffer.from(DOMAIN), genesis.toU8a(), encoded.toU8a()]);
  return { report: encoded, signature: signer.sign(payload) };
}

/** A call as a transaction of nobody, in hexadecimal. */
function ofNobody({ registry }, { method }) {
  const extensions = registry.metadata.extrinsic.transactionExtensions.map(({ type }) =>
    registry.createType(registry.createLookupType(type)).toU8a(),
  );
  const body = Buffer.concat([
    Uint8Array.of(GENERAL_TRANSACTION, EXTENSION_VERSION),
    ...extensions,
    method.toU8a(),
  ]);
  return toHex(withLength(registry, body));
}

/** A report, signed as [`signed`] does, as a transaction in hexadecimal. */
export function reportTransaction(api, ...parts) {
  const { report, signature } = signed(api, ...parts);
  return ofNobody(api, api.tx.oracle.report(report, signature));
}

/** The reports in a block, each with the signature under it. */
export async function reportsIn(api, hash) {
  const { block } = await api.rpc.chain.getBlock(hash);
  return block.extrinsics
    .filter(({ method: { section, method } }) => section === 'oracle' && method === 'report')
    .map(({ method: { args } }) => ({ report: args[0], signature: args[1] }));
}

/** The pairs among signed reports that one validator made for one round, and that are not the same. */
export function contradictions(reports) {
  const name = ({ report }) => [report.setId, report.round, report.authorityIndex].join('/');
  const pairs = reports.flatMap((first, position) =>
    reports.slice(position + 1).map((second) => [first, second]),
  );
  return pairs.filter(
    ([first, second]) =>
      name(first) === name(second) && first.report.toHex() !== second.report.toHex(),
  );
}

/** The proof that somebody has signed both reports, as a transaction. */
export function proofTransaction(api, [first, second]) {
  const parts = [first.report, first.signature, second.report, second.signature];
  return ofNobody(api, api.tx.oracle.proveTwoReports(...parts));
}
