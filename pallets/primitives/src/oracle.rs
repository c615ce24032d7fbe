//! The key that validators sign their price reports with.

/// Session key of the oracle: sr25519, key type `orcl`.
pub mod sr25519 {
	mod app {
		use sp_application_crypto::{app_crypto, sr25519};
		use sp_core::crypto::KeyTypeId;

		app_crypto!(sr25519, KeyTypeId(*b"orcl"));
	}

	sp_application_crypto::with_pair! {
		/// Key pair of a reporting validator.
		pub type AuthorityPair = app::Pair;
	}

	/// Signature under a report.
	pub type AuthoritySignature = app::Signature;

	/// Public key of a reporting validator.
	pub type AuthorityId = app::Public;
}
