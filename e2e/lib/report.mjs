// Reports of prices, made by hand: what an attacker would send, and Polkadot.js cannot build.

import { toHex, withLength } from './codec.mjs';

/** Sets a report apart from everything else that a key may sign. */
const DOMAIN = 'cairn/oracle/v1';

/** A transaction of version 5 without a signer. */
export const GENERAL_TRANSACTION = 0x45;
const EXTENSION_VERSION = 0;

/** What somebody signs who makes a `report` for the chain of this `genesis`. */
function signature(api, report, signer, genesis = api.genesisHash) {
  const [argument] = api.tx.oracle.report.meta.args;
  const encoded = api.registry.createType(argument.type.toString(), report).toU8a();
  return signer.sign(Buffer.concat([Buffer.from(DOMAIN), genesis.toU8a(), encoded]));
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

/**
 * A report as a transaction, in hexadecimal.
 *
 * - `report`: `{ setId, round, authorityIndex, prices }`
 * - `signer`: whose key signs it
 * - `genesis`: of the chain that it is signed for, if not of this one
 */
export function reportTransaction(api, report, signer, genesis) {
  return ofNobody(api, api.tx.oracle.report(report, signature(api, report, signer, genesis)));
}

/** The proof that somebody signs these two reports, as a transaction. */
export function proofTransaction(api, reports, signer) {
  const signed = reports.flatMap((report) => [report, signature(api, report, signer)]);
  return ofNobody(api, api.tx.oracle.proveTwoReports(...signed));
}
