//! Fixed-point arithmetic of Cairn.
//!
//! Every formula of the chain that is not bookkeeping lives here as a pure function: no storage,
//! no FRAME, usable off chain as it is. Three habits hold throughout:
//!
//! - the rounding is in the name (`_floor`, `_ceil`), and callers choose the one that is against
//!   the user;
//! - nothing saturates silently: what cannot be represented is `None`;
//! - quantities that must not be mixed have types of their own: [`Price`], [`Value`], [`Ray`],
//!   [`NormalizedDebt`], [`Trigger`].
//!
//! | unit | type | scale |
//! |---|---|---|
//! | amount of a token | `u128` | smallest unit of that token |
//! | [`Price`] | `u128` | 1e-18 USD per whole token |
//! | [`Value`] | `U256` | 1e-18 USD |
//! | [`Ray`] | `u128` | 1e-27 |
//! | share (`Perbill`) | `u32` | 1e-9 |

#![cfg_attr(not(feature = "std"), no_std)]

mod allowance;
mod debt;
mod dutch;
mod liquidation;
mod mul_div;
mod price;
mod ray;
mod trigger;
mod wide;

pub use allowance::{Allowance, RateLimit};
pub use debt::NormalizedDebt;
pub use dutch::step_price_floor;
pub use liquidation::{repay_to_target_ceil, Repayment};
pub use mul_div::{mul_div_ceil, mul_div_floor};
pub use price::{unit, Price, Value};
pub use ray::{Ray, SECONDS_PER_YEAR};
pub use sp_arithmetic::{FixedU128, Perbill};
pub use trigger::{Tick, Trigger, TICKS};
pub use wide::{full_mul_256, mul_128};
