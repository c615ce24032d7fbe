//! A picture of a replay: prices, backlog, bad debt and reserve over time.

use plotters::prelude::*;

/// Points of a line, at most.
const POINTS: u64 = 1_200;
const SIZE: (u32, u32) = (1_200, 1_100);
const COLOURS: [RGBColor; 8] = [
	RGBColor(31, 119, 180),
	RGBColor(255, 127, 14),
	RGBColor(44, 160, 44),
	RGBColor(148, 103, 189),
	RGBColor(140, 86, 75),
	RGBColor(227, 119, 194),
	RGBColor(127, 127, 127),
	RGBColor(23, 190, 207),
];
const BAD: RGBColor = RGBColor(214, 39, 40);
const GOOD: RGBColor = RGBColor(44, 160, 44);
const BUSY: RGBColor = RGBColor(255, 127, 14);

/// What is drawn of a moment.
#[derive(Clone, Debug, Default)]
pub struct Moment {
	/// Hours since the path started.
	pub hours: f64,
	/// Each asset's price, in per cent of its first.
	pub prices: Vec<f64>,
	/// Unsafe vaults.
	pub backlog: u64,
	/// Bad debt.
	pub bad_debt: f64,
	/// Debt that lots have to recover.
	pub in_auction: f64,
	/// The treasury's CUSD.
	pub reserve: f64,
}

/// The course of a replay, thinned out so that every peak is kept.
pub struct Series {
	assets: Vec<String>,
	every: u64,
	seen: u64,
	moments: Vec<Moment>,
}

impl Series {
	/// Of a replay of so many blocks.
	pub fn new(assets: Vec<String>, blocks: u64) -> Self {
		Self {
			assets,
			every: blocks.div_ceil(POINTS).max(1),
			seen: 0,
			moments: Vec::new(),
		}
	}

	/// Adds a block.
	pub fn push(&mut self, moment: Moment) {
		let opens = self.seen.is_multiple_of(self.every);
		self.seen += 1;
		match self.moments.last_mut() {
			Some(last) if !opens => {
				last.backlog = last.backlog.max(moment.backlog);
				last.bad_debt = last.bad_debt.max(moment.bad_debt);
				last.in_auction = last.in_auction.max(moment.in_auction);
				for (low, price) in last.prices.iter_mut().zip(moment.prices) {
					*low = low.min(price);
				}
				last.reserve = moment.reserve;
			}
			_ => self.moments.push(moment),
		}
	}

	/// Draws it as SVG.
	///
	/// # Errors
	///
	/// What the drawing library says.
	pub fn svg(&self, title: &str) -> Result<String, String> {
		let mut svg = String::new();
		self.draw(&mut svg, title).map_err(|why| why.to_string())?;
		Ok(svg)
	}

	fn draw(&self, svg: &mut String, title: &str) -> Result<(), Box<dyn std::error::Error>> {
		let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
		root.fill(&WHITE)?;
		let root = root.titled(title, ("sans-serif", 22))?;
		let panels = root.split_evenly((4, 1));
		let [prices, backlog, debt, reserve] = &panels[..] else {
			return Err("there are four panels".into());
		};
		let named = (0usize..).zip(&self.assets).map(|(number, asset)| {
			let colour = COLOURS[number % COLOURS.len()];
			let line = move |moment: &Moment| moment.prices.get(number).copied().unwrap_or(0.0);
			(
				asset.as_str(),
				colour,
				Box::new(line) as Box<dyn Fn(&Moment) -> f64>,
			)
		});
		self.panel(prices, "price, % of the first", named.collect())?;
		let line = |f: fn(&Moment) -> f64| Box::new(f) as Box<dyn Fn(&Moment) -> f64>;
		self.panel(
			backlog,
			"unsafe vaults after the block",
			vec![("backlog", BAD, line(|m| m.backlog as f64))],
		)?;
		self.panel(
			debt,
			"CUSD",
			vec![
				("debt in auction", BUSY, line(|m| m.in_auction)),
				("bad debt", BAD, line(|m| m.bad_debt)),
			],
		)?;
		self.panel(
			reserve,
			"CUSD",
			vec![("reserve", GOOD, line(|m| m.reserve))],
		)?;
		root.present()?;
		Ok(())
	}

	#[allow(clippy::type_complexity)]
	fn panel(
		&self,
		area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
		axis: &str,
		lines: Vec<(&str, RGBColor, Box<dyn Fn(&Moment) -> f64>)>,
	) -> Result<(), Box<dyn std::error::Error>> {
		let end = self
			.moments
			.last()
			.map_or(1.0, |moment| moment.hours.max(0.01));
		let highest = self
			.moments
			.iter()
			.flat_map(|moment| lines.iter().map(move |(_, _, value)| value(moment)))
			.fold(0.0, f64::max);
		let top = if highest > 0.0 { highest * 1.08 } else { 1.0 };
		let mut chart = ChartBuilder::on(area)
			.margin(12)
			.x_label_area_size(30)
			.y_label_area_size(90)
			.build_cartesian_2d(0.0..end, 0.0..top)?;
		chart
			.configure_mesh()
			.light_line_style(WHITE)
			.x_desc("hours")
			.y_desc(axis)
			.y_label_formatter(&|value| thousands(*value))
			.x_label_formatter(&|value| format!("{value:.1}"))
			.draw()?;
		for (name, colour, value) in lines {
			let points = self
				.moments
				.iter()
				.map(|moment| (moment.hours, value(moment)));
			chart
				.draw_series(LineSeries::new(points, colour.stroke_width(2)))?
				.label(name)
				.legend(move |(x, y)| {
					PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2))
				});
		}
		chart
			.configure_series_labels()
			.position(SeriesLabelPosition::UpperRight)
			.background_style(WHITE.mix(0.8))
			.border_style(BLACK.mix(0.3))
			.draw()?;
		Ok(())
	}
}

/// A number of an axis.
fn thousands(value: f64) -> String {
	match value.abs() {
		size if size >= 1e6 => format!("{:.1} M", value / 1e6),
		size if size >= 1e4 => format!("{:.0} k", value / 1e3),
		size if size >= 10.0 => format!("{value:.0}"),
		_ => format!("{value:.2}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_peak_is_in_the_picture() {
		let mut series = Series::new(vec!["ETH".into()], 12_000);
		for block in 0..12_000u64 {
			series.push(Moment {
				hours: block as f64 / 1_200.0,
				prices: vec![if block == 7_777 { 10.0 } else { 100.0 }],
				backlog: u64::from(block == 3_333) * 500,
				..Default::default()
			});
		}
		assert_eq!(series.moments.len(), 1_200);
		assert_eq!(series.moments.iter().map(|m| m.backlog).max(), Some(500));
		assert!(series.moments.iter().any(|m| m.prices[0] == 10.0));
		let svg = series.svg("a title").unwrap();
		assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
		for text in ["a title", "ETH", "backlog", "bad debt", "reserve"] {
			assert!(svg.contains(text), "{text}");
		}
	}

	#[test]
	fn nothing_can_be_drawn_too() {
		assert!(Series::new(vec![], 0).svg("").is_ok());
	}
}
