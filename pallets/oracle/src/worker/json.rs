//! Finding a value in a JSON document without turning any number into a float.
//!
//! A *pointer* is that of RFC 6901 (`/data/0/bidPx`, `~1` for `/`, `~0` for `~`) with one addition:
//! the segment `*` is the only member of an object or array, whatever it is called. Kraken, for one,
//! files the ticker of `XBTUSD` under `XXBTZUSD`.

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::fmt;
use serde::{
	de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
	Deserialize,
};
use serde_json::value::RawValue;

/// Why there is no value to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonError {
	/// The document is not JSON.
	Malformed,
	/// The pointer is not one.
	Pointer,
	/// The pointer leads nowhere.
	NotFound,
	/// The pointer leads to several values: a key that is there twice, or `*` among many.
	Ambiguous,
	/// The value is neither a number nor a string.
	NotText,
}

/// Whether `pointer` can be followed.
pub fn is_pointer(pointer: &[u8]) -> bool {
	core::str::from_utf8(pointer).is_ok_and(|pointer| segments(pointer).is_ok())
}

/// A whole document.
pub fn parse(document: &[u8]) -> Result<&RawValue, JsonError> {
	serde_json::from_slice(document).map_err(|_| JsonError::Malformed)
}

/// The value that `pointer` leads to from `root`.
pub fn find<'a>(root: &'a RawValue, pointer: &[u8]) -> Result<&'a RawValue, JsonError> {
	let pointer = core::str::from_utf8(pointer).map_err(|_| JsonError::Pointer)?;
	segments(pointer)?
		.iter()
		.try_fold(root, |value, segment| step(value, segment))
}

/// The text of a number, or the content of a string.
pub fn text(value: &RawValue) -> Result<Cow<'_, str>, JsonError> {
	match value.get().as_bytes().first() {
		Some(b'"') => serde_json::from_str::<String>(value.get())
			.map(Cow::Owned)
			.map_err(|_| JsonError::Malformed),
		Some(b'-' | b'0'..=b'9') => Ok(Cow::Borrowed(value.get())),
		_ => Err(JsonError::NotText),
	}
}

/// Whether `value` is `expected`: the content of a string, or JSON with its blanks left out.
pub fn says(value: &RawValue, expected: &[u8]) -> bool {
	match text(value) {
		Ok(text) => text.as_bytes() == expected,
		Err(_) => value
			.get()
			.bytes()
			.filter(|byte| !byte.is_ascii_whitespace())
			.eq(expected.iter().copied()),
	}
}

enum Segment {
	Only,
	Key(String),
}

fn segments(pointer: &str) -> Result<Vec<Segment>, JsonError> {
	if pointer.is_empty() {
		return Ok(Vec::new());
	}
	let inner = pointer.strip_prefix('/').ok_or(JsonError::Pointer)?;
	inner.split('/').map(segment).collect()
}

fn segment(text: &str) -> Result<Segment, JsonError> {
	if text == "*" {
		return Ok(Segment::Only);
	}
	let mut key = String::with_capacity(text.len());
	let mut characters = text.chars();
	while let Some(character) = characters.next() {
		key.push(match character {
			'~' => match characters.next() {
				Some('0') => '~',
				Some('1') => '/',
				_ => return Err(JsonError::Pointer),
			},
			other => other,
		});
	}
	Ok(Segment::Key(key))
}

/// What a step finds among the members of one object or array.
enum Found<'a> {
	Nothing,
	One(&'a RawValue),
	Many,
}

impl<'a> Found<'a> {
	fn add(&mut self, value: &'a RawValue) {
		*self = match self {
			Self::Nothing => Self::One(value),
			_ => Self::Many,
		};
	}
}

fn step<'a>(value: &'a RawValue, segment: &Segment) -> Result<&'a RawValue, JsonError> {
	// Anything that is no container has no members.
	match Step(segment)
		.deserialize(value)
		.map_err(|_| JsonError::NotFound)?
	{
		Found::One(value) => Ok(value),
		Found::Nothing => Err(JsonError::NotFound),
		Found::Many => Err(JsonError::Ambiguous),
	}
}

struct Step<'s>(&'s Segment);

impl<'de> DeserializeSeed<'de> for Step<'_> {
	type Value = Found<'de>;

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
		deserializer.deserialize_any(self)
	}
}

impl<'de> Visitor<'de> for Step<'_> {
	type Value = Found<'de>;

	fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
		formatter.write_str("an object or an array")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
		let mut found = Found::Nothing;
		while let Some(Key(name)) = map.next_key::<Key>()? {
			match self.0 {
				Segment::Key(key) if *key != name => {
					map.next_value::<IgnoredAny>()?;
				}
				_ => found.add(map.next_value()?),
			}
		}
		Ok(found)
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
		let wanted = match self.0 {
			Segment::Only => None,
			Segment::Key(key) => Some(array_index(key)),
		};
		let mut found = Found::Nothing;
		let mut index = 0usize;
		while let Some(value) = sequence.next_element::<&RawValue>()? {
			if wanted.is_none_or(|wanted| wanted == Some(index)) {
				found.add(value);
			}
			index = index.saturating_add(1);
		}
		Ok(found)
	}
}

/// RFC 6901: digits without a leading zero.
fn array_index(key: &str) -> Option<usize> {
	let plain = key.bytes().all(|digit| digit.is_ascii_digit());
	let leading_zero = key.len() > 1 && key.starts_with('0');
	if plain && !leading_zero {
		key.parse().ok()
	} else {
		None
	}
}

/// A key of an object, unescaped.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
