// What a liquidation has to take, computed from the formula in the design and not by the chain's
// code.

import { ONE, PERBILL, ceilDiv, decimals } from './units.mjs';

const share = (value, part) => (value * BigInt(part)) / PERBILL;

/** The value of a leg at its price, in units of 1e-18 USD. */
export const worth = (leg) => (leg.amount * leg.price) / 10n ** BigInt(decimals(leg.symbol));

/** What the legs count for in a liquidation: `W = Σ q·L·P`. */
export function weighted(legs, terms) {
  return legs.reduce(
    (sum, leg) => sum + share(worth(leg), terms[leg.symbol].liquidationFactor),
    0n,
  );
}

/**
 * The least that brings a vault back to its target health, sold in the order of the facility:
 *
 *     x = (H*·D − W) / (H* − L·(1 + π)),   collateral worth x·(1 + π)
 *
 * - `debt`: D in units of 1e-18 USD
 * - `legs`: `{ symbol, amount, price }`
 * - `terms`: of the facility's collaterals, by symbol
 * - `target`: H* in units of 1e-18
 *
 * Gives the sales as `{ symbol, amount, repaid }` and the debt that remains. Does not know about
 * the minimum debt.
 */
export function leastLiquidation({ debt, legs, terms, target }) {
  const inOrder = [...legs].sort((a, b) => terms[a.symbol].riskRank - terms[b.symbol].riskRank);
  const sales = [];
  let owed = debt;
  let counted = weighted(legs, terms);
  for (const leg of inOrder) {
    const missing = target * owed - counted * ONE;
    if (owed === 0n || missing <= 0n) break;
    const { liquidationFactor, penalty } = terms[leg.symbol];
    const factor = BigInt(liquidationFactor);
    const markup = PERBILL + BigInt(penalty);
    // Both sides of the quotient in units of 1e-18.
    const divisor = target - factor * markup;
    const needed = divisor > 0n ? ceilDiv(missing, divisor) : owed;
    const repaid = needed < owed ? needed : owed;
    const unit = 10n ** BigInt(decimals(leg.symbol));
    const taken = ceilDiv(ceilDiv(repaid * markup, PERBILL) * unit, leg.price);
    const whole = taken > leg.amount;
    const sale = whole
      ? { symbol: leg.symbol, amount: leg.amount, repaid: (worth(leg) * PERBILL) / markup }
      : { symbol: leg.symbol, amount: taken, repaid };
    owed -= sale.repaid;
    sales.push(sale);
    // A leg of which something is left has brought the vault to its target.
    if (!whole) break;
    counted -= share(worth(leg), factor);
  }
  return { sales, remaining: owed };
}
